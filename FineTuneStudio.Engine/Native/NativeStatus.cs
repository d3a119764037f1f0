namespace FineTuneStudio.Engine.Native;

/// <summary>What a native call came to; the values of <c>fts_status</c> in fts_abi.h.</summary>
internal enum NativeStatus
{
    Ok = 0,
    Failed = 1,
    OutOfMemory = 2,
    NotFound = 3,
    CallbackFailed = 4,
}
