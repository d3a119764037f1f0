namespace FineTuneStudio.Application.Disk;

/// <summary>The data directory at one moment.</summary>
/// <param name="Directory">Where it is.</param>
/// <param name="FreeBytes">Free on its disk; <see langword="null"/> where the system does not say.</param>
/// <param name="Parts">By kind, each file once.</param>
/// <param name="Checkpoints">What a clean-up of checkpoints would free.</param>
/// <param name="TemporaryBytes">Half-made downloads and uploads that nobody is waiting for.</param>
public sealed record DiskUse(string Directory, long? FreeBytes, IReadOnlyList<DiskPart> Parts, CheckpointSurplus Checkpoints, long TemporaryBytes)
{
    public long TotalBytes => Parts.Sum(part => part.Bytes);
}
