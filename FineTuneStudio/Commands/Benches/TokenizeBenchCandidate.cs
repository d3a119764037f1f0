namespace FineTuneStudio.Commands.Benches;

/// <summary>A tokenizer to measure.</summary>
/// <param name="Name">What it is called in the figures.</param>
/// <param name="Path">The file that the studio loads.</param>
/// <param name="PeerPath">The same as a tokenizer.json, for the other library.</param>
internal sealed record TokenizeBenchCandidate(string Name, string Path, string PeerPath);
