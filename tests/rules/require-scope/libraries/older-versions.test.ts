import rule from "../../../../rules/require-scope.js";
import { testRule } from "../../../support/rule-tester.js";
import { neo4jSession, pgClient, pooledResource, verdicts } from "../support.js";

// What libraries had in versions that are long gone, and small applications have all the same.
testRule(
  "require-scope",
  rule,
  verdicts(
    'var pg = require("pg");\n',
    {
      "pg 6: done() on every branch": `
        exports.find = function (callback) {
          pg.connect(process.env.DATABASE_URL, function (error, client, done) {
            if (error) return callback(error);
            client.query("SELECT 1", function (failure, result) {
              done(failure);
              callback(failure, result);
            });
          });
        };
      `,
      "pg 6: a function of the same name": `
        const redis = { connect(url, callback) {} };
        exports.find = function () {
          redis.connect("redis://cache", function (error, client) {
            client.get("name");
          });
        };
      `,
    },
    {
      "pg 6: no done() where the query fails": {
        at: "pg.connect(",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          exports.find = function (callback) {
            pg.connect(process.env.DATABASE_URL, function (error, client, done) {
              if (error) return callback(error);
              client.query("SELECT 1", function (failure, result) {
                if (failure) return callback(failure);
                done();
                callback(null, result);
              });
            });
          };
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    'var mysql = require("mysql");\nvar Pool = require("generic-pool").Pool;\n' +
      'var pool = Pool({ name: "mysql", max: 4, create: (made) => made(null, mysql.createConnection("mysql://db")), destroy: (connection) => connection.end() });\n',
    {
      "generic-pool 2: released in the callback": `
        exports.find = function (callback) {
          pool.acquire(function (error, connection) {
            if (error) return callback(error);
            connection.query("SELECT 1", function (failure, rows) {
              pool.release(connection);
              callback(failure, rows);
            });
          });
        };
      `,
    },
    {
      "generic-pool 2: never released": {
        at: "pool.acquire(",
        of: pooledResource,
        kind: "neverClosed",
        line: "  });\n};",
        code: `
          exports.list = function (request, response) {
            pool.acquire(function (error, connection) {
              if (error) {
                console.log(error);
              } else {
                connection.query("SELECT 1", function (failure, rows) {
                  response.render("list", { rows });
                });
              }
            });
          };
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    'const pools = require("generic-pool");\nconst pool = pools.Pool({ max: 4, create(made) {}, destroy() {} });\n',
    {
      "generic-pool 2, made without new: destroyed": `
        pool.acquire((error, resource) => {
          if (error) throw error;
          resource.run();
          pool.destroy(resource);
        });
      `,
    },
    {},
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    'const neo4j = require("neo4j-driver").v1;\nconst driver = neo4j.driver("bolt://db", neo4j.auth.basic("a", "b"));\n',
    {
      "neo4j-driver 1: closed in both handlers": `
        exports.find = () => {
          const session = driver.session();
          return session.run("RETURN 1").then(
            (result) => {
              session.close();
              return result;
            },
            (error) => {
              session.close();
              throw error;
            },
          );
        };
      `,
    },
    {
      "neo4j-driver 1: not closed where the query fails": {
        at: "driver.session()",
        of: neo4jSession,
        kind: "notClosedOnThrow",
        variable: "session",
        line: "return session",
        code: `
          exports.find = () => {
            const session = driver.session();
            return session.run("RETURN 1").then((result) => {
              session.close();
              return result;
            });
          };
        `,
      },
    },
  ),
);
