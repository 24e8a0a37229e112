import type { MigrationInterface, QueryRunner } from "typeorm";

export class AddOrderNotes1763800000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("alter table orders add column notes text");
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("alter table orders drop column notes");
  }
}
