namespace FineTuneStudio.Application.Models.Hub;

/// <summary>How far an import is.</summary>
/// <param name="File">What is being fetched; empty before the first.</param>
/// <param name="Bytes">Fetched of all files.</param>
/// <param name="TotalBytes">Of all files.</param>
/// <param name="Remaining">What is left at the rate so far; <see langword="null"/> where there is none yet.</param>
public sealed record HubProgress(string File, long Bytes, long TotalBytes, TimeSpan? Remaining);
