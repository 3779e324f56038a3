// The browser's requestDevice: it asks for what the adapter has of what a model can use, and says what is missing.

import { afterEach, expect, test, vi } from "vitest";
import { NoDeviceError, requestDevice } from "../src/index.ts";

afterEach(() => vi.unstubAllGlobals());

/** A browser with one adapter. */
function browser(adapter: object | null) {
  const requestAdapter = vi.fn(async () => adapter);
  vi.stubGlobal("navigator", { gpu: { requestAdapter } });
  return requestAdapter;
}

const limits = {
  maxBufferSize: 2 ** 30,
  maxStorageBufferBindingSize: 2 ** 29,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 512,
  maxComputeWorkgroupStorageSize: 2 ** 15,
};

test("asks the adapter for every limit it has and for the features it has of those that are used", async () => {
  const device = {};
  const request = vi.fn(async () => device);
  const features = new Set(["subgroups", "timestamp-query", "texture-compression-bc"]);
  const requestAdapter = browser({
    features,
    limits: { ...limits, maxTextureDimension2D: 8192 },
    requestDevice: request,
  });
  expect(await requestDevice({ powerPreference: "high-performance" })).toBe(device);
  expect(requestAdapter).toHaveBeenCalledWith({ powerPreference: "high-performance" });
  expect(request).toHaveBeenCalledWith({
    label: "made-webgpu",
    requiredFeatures: ["timestamp-query", "subgroups"],
    requiredLimits: limits,
  });
});

test("says what is missing", async () => {
  vi.stubGlobal("navigator", {});
  await expect(requestDevice()).rejects.toThrow("expected navigator.gpu, got undefined");
  browser(null);
  await expect(requestDevice()).rejects.toThrow("found no adapter");
  const refused = async () => {
    throw new Error("no more devices");
  };
  browser({ features: new Set(), limits, info: { description: "the one card" }, requestDevice: refused });
  const error = await requestDevice().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(NoDeviceError);
  expect(String(error)).toContain("the one card");
});
