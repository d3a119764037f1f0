namespace FineTuneStudio.Engine.Datasets;

/// <summary>A dataset that arrived.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its hash, 64 lower-case hexadecimal digits.</param>
public sealed record ImportedDataset(string Path, long Bytes, string Sha256);
