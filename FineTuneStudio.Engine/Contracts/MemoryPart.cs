namespace FineTuneStudio.Engine.Contracts;

/// <summary>One of the things that fill memory while training.</summary>
/// <param name="Name">What it is, in plain words.</param>
/// <param name="Bytes">Its size.</param>
public sealed record MemoryPart(string Name, long Bytes);
