// The JavaScript SDK: commands, a paginator, a waiter, the names of errors.
"use strict";
const assert = require("node:assert/strict");
const sdk = require("@aws-sdk/client-ec2");

const { EC2_HOST, EC2_PORT, EC2_SECRET, ACME, BETA } = process.env;

function client(accessKeyId, secretAccessKey = EC2_SECRET) {
  const endpoint = `http://${EC2_HOST}:${EC2_PORT}`;
  const credentials = { accessKeyId, secretAccessKey };
  return new sdk.EC2Client({ endpoint, region: "main", credentials, maxAttempts: 1 });
}

const dev = client("AKIDACMEDEV");
const other = client("AKIDBETA");
const images = async (of, input = {}) => (await of.send(new sdk.DescribeImagesCommand(input))).Images ?? [];
const refused = (name, status, sent) =>
  assert.rejects(sent, (error) => error.name === name && error.$metadata.httpStatusCode === status);

async function main() {
  const { ImageId: web } = await dev.send(new sdk.RegisterImageCommand({
    Name: "web",
    Description: "<web> & \u00e9t\u00e9",
    Architecture: "x86_64",
    VirtualizationType: "hvm",
    EnaSupport: true,
    RootDeviceName: "/dev/sda1",
    BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeSize: 8, Encrypted: false } }],
    TagSpecifications: [{ ResourceType: "image", Tags: [{ Key: "team", Value: "web" }] }],
  }));
  const [told] = await images(dev, { ImageIds: [web] });
  assert.equal(told.Name, "web");
  assert.equal(told.Description, "<web> & \u00e9t\u00e9");
  assert.equal(told.OwnerId, ACME);
  assert.equal(told.EnaSupport, true);
  assert.equal(told.Public, false);
  assert.deepEqual(told.Tags, [{ Key: "team", Value: "web" }]);
  assert.equal(told.BlockDeviceMappings[0].Ebs.VolumeSize, 8);

  for (let number = 0; number < 11; number += 1) {
    await dev.send(new sdk.RegisterImageCommand({ Name: `page-${number}`, ImageLocation: "a.xml" }));
  }
  const Filters = [{ Name: "name", Values: ["page-*"] }];
  const names = [];
  for await (const page of sdk.paginateDescribeImages({ client: dev, pageSize: 5 }, { Filters })) {
    assert.ok(page.Images.length <= 5);
    names.push(...page.Images.map((image) => image.Name));
  }
  assert.equal(new Set(names).size, 11);

  assert.equal((await images(other)).length, 0);
  const permission = { ImageId: web, LaunchPermission: { Add: [{ UserId: BETA }] } };
  await refused("DryRunOperation", 412, dev.send(new sdk.ModifyImageAttributeCommand({ ...permission, DryRun: true })));
  await dev.send(new sdk.ModifyImageAttributeCommand(permission));
  assert.deepEqual((await images(other)).map((image) => image.ImageId), [web]);
  const asked = { ImageId: web, Attribute: "launchPermission" };
  const { LaunchPermissions } = await dev.send(new sdk.DescribeImageAttributeCommand(asked));
  assert.deepEqual(LaunchPermissions, [{ UserId: BETA }]);
  await refused("AuthFailure", 401, other.send(new sdk.DeregisterImageCommand({ ImageId: web })));
  await dev.send(new sdk.ResetImageAttributeCommand(asked));
  assert.equal((await images(other)).length, 0);

  const waited = await sdk.waitUntilImageAvailable({ client: dev, maxWaitTime: 30 }, { ImageIds: [web] });
  assert.equal(waited.state, "SUCCESS");
  await refused("InvalidAMIID.NotFound", 400, images(dev, { ImageIds: ["ami-abcd1234"] }));
  await refused("SignatureDoesNotMatch", 403, images(client("AKIDACMEDEV", "x".repeat(40))));
  await refused("AuthFailure", 401, images(client("AKIDNOBODY")));
  assert.equal((await dev.send(new sdk.DeregisterImageCommand({ ImageId: web }))).Return, true);
  await refused("InvalidAMIID.Unavailable", 400, dev.send(new sdk.DeregisterImageCommand({ ImageId: web })));
  console.log("javascript: well");
}

main();
