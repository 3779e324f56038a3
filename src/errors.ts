// The errors this package throws: every one carries a stable `code`, names the argument, and says what came and
// what was expected.

/** Base class of every error this package throws on purpose. */
export class MadeError extends Error {
  /** Stable, machine-readable kind of error. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An argument is outside its domain (code `invalid-argument`). */
export class ArgumentError extends MadeError {
  constructor(message: string) {
    super("invalid-argument", message);
  }
}

/** A file or buffer does not follow its format (code `invalid-format`); the message says where. */
export class FormatError extends MadeError {
  constructor(message: string, options?: ErrorOptions) {
    super("invalid-format", message, options);
  }
}

/** No usable WebGPU adapter or device (code `no-device`); the message says what to do about it. */
export class NoDeviceError extends MadeError {
  constructor(message: string, options?: ErrorOptions) {
    super("no-device", message, options);
  }
}

/** The GPU device went away (code `device-lost`). What was on it is gone; nothing was made up in its place. */
export class DeviceLostError extends MadeError {
  constructor(message: string) {
    super("device-lost", message);
  }
}

/** The GPU has no room for what was asked (code `out-of-memory`); the message says how many bytes were asked for. */
export class OutOfMemoryError extends MadeError {
  constructor(message: string) {
    super("out-of-memory", message);
  }
}

/** A shader did not compile or a GPU call was not valid (code `gpu-validation`): a bug here, never in your data. */
export class GpuValidationError extends MadeError {
  constructor(message: string) {
    super("gpu-validation", message);
  }
}

/** Training left the finite numbers (code `not-finite`): the learning rate is too high for the data. */
export class NotFiniteError extends MadeError {
  constructor(message: string) {
    super("not-finite", message);
  }
}

/** A checkpoint could not be written (code `checkpoint-failed`): `cause` is what its `write` threw. */
export class CheckpointError extends MadeError {
  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super("checkpoint-failed", `checkpoint.write failed: ${why}`, { cause });
  }
}

/** The object was disposed before this call (code `disposed`). */
export class DisposedError extends MadeError {
  constructor(what: string) {
    super("disposed", `${what} was used after dispose()`);
  }
}
