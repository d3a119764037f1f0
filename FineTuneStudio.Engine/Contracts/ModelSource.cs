namespace FineTuneStudio.Engine.Contracts;

/// <summary>Where a model was fetched from.</summary>
/// <param name="Hub">Address of the hub.</param>
/// <param name="Repository"><c>owner/name</c></param>
/// <param name="Revision">Commit.</param>
public sealed record ModelSource(string Hub, string Repository, string Revision);
