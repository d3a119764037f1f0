namespace FineTuneStudio.Application.Disk;

/// <summary>What takes room in the data directory.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Bytes">How much it takes.</param>
public sealed record DiskPart(string Label, long Bytes);
