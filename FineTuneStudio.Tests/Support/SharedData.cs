using Xunit;

namespace FineTuneStudio.Tests.Support;

/// <summary>Real data and reference numbers beside the project; a test that needs an absent one is skipped, visibly.</summary>
internal static class SharedData
{
    private static readonly string? Root = FindRoot();

    /// <summary>A path under <c>../shared/data</c>; skips the test where it is absent.</summary>
    public static string Data(params string[] parts) => Find("data", parts);

    /// <summary>A path under <c>../shared/golden</c>; skips the test where it is absent.</summary>
    public static string Golden(params string[] parts) => Find("golden", parts);

    private static string Find(string kind, string[] parts)
    {
        var path = Path.Combine([Root ?? "../shared", kind, .. parts]);
        Assert.SkipUnless(Path.Exists(path), $"{Path.Combine([kind, .. parts])} is not beside the project.");
        return path;
    }

    private static string? FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(candidate, "golden")))
            {
                return candidate;
            }
        }

        return null;
    }
}
