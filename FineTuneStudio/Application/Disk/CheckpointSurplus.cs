namespace FineTuneStudio.Application.Disk;

/// <summary>Checkpoints of runs that are over, beyond the newest few.</summary>
/// <param name="Folders">Where they lie.</param>
/// <param name="Runs">Of how many runs they are.</param>
/// <param name="Bytes">What they take.</param>
public sealed record CheckpointSurplus(IReadOnlyList<string> Folders, int Runs, long Bytes);
