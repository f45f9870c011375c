// What a staged copy does with Blob storage: one file up in parallel blocks, and down again into another file.
// usage: staged_copy.js CONTAINER FILE COPY. The account is AZURE_STORAGE_CONNECTION_STRING's, the proxy HTTPS_PROXY's.
'use strict';
const fs = require('fs');
// Node 18, which is Debian's, has it elsewhere.
globalThis.crypto ??= require('crypto').webcrypto;
const { BlobServiceClient } = require('@azure/storage-blob');

const MIB = 1 << 20;
const inBlocks = { blockSize: 8 * MIB, concurrency: 8, maxSingleShotSize: 8 * MIB };

async function main([container, file, copy]) {
  // Nothing is tried twice, so that a request which the gate spoils can't hide.
  const service = BlobServiceClient.fromConnectionString(process.env.AZURE_STORAGE_CONNECTION_STRING,
    { retryOptions: { maxTries: 1 } });
  const stage = service.getContainerClient(container);
  await stage.create();
  const blob = stage.getBlockBlobClient('staged');
  await blob.uploadFile(file, inBlocks);
  const { committedBlocks } = await blob.getBlockList('committed');
  fs.writeFileSync(copy, await blob.downloadToBuffer(0, undefined, inBlocks));
  console.log(`${committedBlocks.length} blocks`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`${error.name} ${error.statusCode}: ${error.message}`);
  process.exitCode = 1;
});
