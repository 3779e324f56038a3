// The errors this package throws: every one carries a stable `code`, names the argument, and says what came and
// what was expected.

/** Base class of every error this package throws on purpose. An abort is none: it rejects with the signal's own reason. */
export class MadeError extends Error {
  /** Name of the class, said in full: that of a class does not survive a minifier. */
  override readonly name: string = "MadeError";
  /** Stable, machine-readable kind of error; each class says its own. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An argument is outside its domain (code `invalid-argument`). */
export class ArgumentError extends MadeError {
  override readonly name = "ArgumentError";

  constructor(message: string) {
    super("invalid-argument", message);
  }
}

/** A file or buffer does not follow its format (code `invalid-format`); the message says where. */
export class FormatError extends MadeError {
  override readonly name = "FormatError";

  constructor(message: string, options?: ErrorOptions) {
    super("invalid-format", message, options);
  }
}

/** No usable WebGPU adapter or device (code `no-device`); the message says what to do about it. */
export class NoDeviceError extends MadeError {
  override readonly name = "NoDeviceError";

  constructor(message: string, options?: ErrorOptions) {
    super("no-device", message, options);
  }
}

/** The GPU device went away (code `device-lost`). What was on it is gone; nothing was made up in its place. */
export class DeviceLostError extends MadeError {
  override readonly name = "DeviceLostError";

  constructor(message: string) {
    super("device-lost", message);
  }
}

/** The GPU has no room for what was asked (code `out-of-memory`); the message says how many bytes were asked for. */
export class OutOfMemoryError extends MadeError {
  override readonly name = "OutOfMemoryError";

  constructor(message: string) {
    super("out-of-memory", message);
  }
}

/** A shader did not compile or a GPU call was not valid (code `gpu-validation`): a bug here, never in your data. */
export class GpuValidationError extends MadeError {
  override readonly name = "GpuValidationError";

  constructor(message: string) {
    super("gpu-validation", message);
  }
}

/** Training left the finite numbers (code `not-finite`): the learning rate is too high for the data. */
export class NotFiniteError extends MadeError {
  override readonly name = "NotFiniteError";

  constructor(message: string) {
    super("not-finite", message);
  }
}

/** A checkpoint could not be written (code `checkpoint-failed`): `cause` is what its `write` threw. */
export class CheckpointError extends MadeError {
  override readonly name = "CheckpointError";

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super("checkpoint-failed", `checkpoint.write failed: ${why}`, { cause });
  }
}

/** The object was disposed before this call (code `disposed`). */
export class DisposedError extends MadeError {
  override readonly name = "DisposedError";

  constructor(what: string) {
    super("disposed", `${what} was used after dispose()`);
  }
}
