import { generateKeyPairSync, sign } from "node:crypto";

/** A certificate for 127.0.0.1 and its key, both PEM. */
export function makeSelfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(identifier("2a8648ce3d040302")); // ecdsa-with-SHA256
  const name = sequence(node(0x31, sequence(identifier("550403"), node(0x0c, Buffer.from("127.0.0.1")))));
  const time = (year: number): Buffer => node(0x17, Buffer.from(`${String(year % 100).padStart(2, "0")}0101000000Z`));
  const thisYear = new Date().getUTCFullYear();
  const alternativeNames = sequence(
    identifier("551d11"),
    node(0x04, sequence(node(0x87, Buffer.from([127, 0, 0, 1])))),
  );
  const authority = sequence(identifier("551d13"), node(0x04, sequence(node(0x01, Buffer.from([0xff])))));
  const content = sequence(
    node(0xa0, node(0x02, Buffer.from([2]))),
    node(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(thisYear - 1), time(thisYear + 2)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    node(0xa3, sequence(alternativeNames, authority)),
  );
  const signature = node(0x03, Buffer.from([0]), sign("sha256", content, privateKey));
  const der = sequence(content, algorithm, signature).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`,
  };
}

function sequence(...parts: Buffer[]): Buffer {
  return node(0x30, ...parts);
}

function identifier(hex: string): Buffer {
  return node(0x06, Buffer.from(hex, "hex"));
}

/** One ASN.1 value in DER. */
function node(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length;
  const header = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...header]), body]);
}
