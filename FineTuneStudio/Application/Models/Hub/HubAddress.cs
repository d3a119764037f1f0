using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Models.Hub;

/// <summary>A repository of a hub: <c>owner/name</c>, and which revision of it.</summary>
public sealed partial record HubAddress
{
    /// <summary>What an address begins with on the command line.</summary>
    public const string Prefix = "hub:";

    private HubAddress(string repository, string revision)
    {
        (Repository, Revision) = (repository, revision);
    }

    /// <summary><c>owner/name</c>; a few old repositories have a name alone.</summary>
    public string Repository { get; }

    /// <summary>A branch, a tag or a commit.</summary>
    public string Revision { get; }

    /// <summary>The repository's own name, without its owner.</summary>
    public string Name => Repository[(Repository.IndexOf('/') + 1)..];

    /// <summary>Reads <c>[hub:]owner/name[@revision]</c>.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    public static HubAddress Parse(string text)
    {
        var match = Pattern().Match(text.Trim());
        return match.Success && !text.Contains("..", StringComparison.Ordinal)
            ? new HubAddress(match.Groups["repository"].Value, match.Groups["revision"] is { Success: true, Value: var revision } ? revision : "main")
            : throw new UserErrorException("repository", $"'{text}' names no repository; expected owner/name, or owner/name@revision: Qwen/Qwen3-0.6B, Qwen/Qwen3-0.6B@main.");
    }

    /// <inheritdoc/>
    public override string ToString() => Revision == "main" ? Repository : $"{Repository}@{Revision}";

    [GeneratedRegex(@"^(?:hub:)?(?<repository>[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?)(?:@(?<revision>[A-Za-z0-9][\w./-]{0,127}))?$", RegexOptions.ECMAScript)]
    private static partial Regex Pattern();
}
