namespace FineTuneStudio.Application.Models;

/// <summary>A model to fetch from a hub.</summary>
/// <param name="Repository"><c>owner/name</c>, or with <c>@revision</c>.</param>
/// <param name="Revision">A branch, a tag or a commit; empty for the main branch.</param>
/// <param name="Endpoint">The hub's address; empty takes the one of settings and variables.</param>
/// <param name="Token">Access token for this import; empty takes the one of settings and variables. Kept nowhere.</param>
/// <param name="Name">How it will be called; empty takes the repository's name.</param>
public sealed record HubImportRequest(string Repository, string Revision, string Endpoint, string Token, string Name)
{
    /// <summary>Without the token, so that no log ever has it.</summary>
    public override string ToString() => Revision.Length > 0 ? $"{Repository}@{Revision}" : Repository;
}
