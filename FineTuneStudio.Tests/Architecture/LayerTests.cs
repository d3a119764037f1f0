using System.Text.RegularExpressions;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Architecture;

/// <summary>Holds the code to the table of docs/architecture.md by reading its <c>using</c> lines.</summary>
public sealed partial class LayerTests
{
    /// <summary>A folder, and what of the project it may use beside itself and Contracts.</summary>
    public static TheoryData<string, string[]> Layers => new()
    {
        { "FineTuneStudio/Components", ["Application", "Domain"] },
        { "FineTuneStudio/Api", ["Application", "Domain"] },
        { "FineTuneStudio/Live", ["Application"] },
        { "FineTuneStudio/Commands", ["Application", "Domain", "Engine"] },
        { "FineTuneStudio/Application", ["Persistence", "Domain", "Engine"] },
        { "FineTuneStudio/Persistence", ["Domain"] },
        { "FineTuneStudio/Domain", [] },
        { "FineTuneStudio.Engine/Verification", ["Engine.Training", "Engine.Generation", "Engine.Models", "Engine.Adapters", "Engine.Tensors"] },
        { "FineTuneStudio.Engine/Training", ["Engine.Generation", "Engine.Grading", "Engine.Rendering", "Engine.Templates", "Engine.Tokenizers", "Engine.Datasets", "Engine.Models", "Engine.Quantisation", "Engine.Adapters", "Engine.Tensors", "Engine.Storage"] },
        { "FineTuneStudio.Engine/Generation", ["Engine.Models", "Engine.Adapters", "Engine.Tokenizers", "Engine.Templates", "Engine.Rendering", "Engine.Tensors"] },
        { "FineTuneStudio.Engine/Rendering", ["Engine.Datasets", "Engine.Templates", "Engine.Tokenizers"] },
        { "FineTuneStudio.Engine/Exports", ["Engine.Gguf", "Engine.Generation", "Engine.Rendering", "Engine.Models", "Engine.Adapters", "Engine.Tensors", "Engine.Storage"] },
        { "FineTuneStudio.Engine/Gguf", ["Engine.Rendering", "Engine.Templates", "Engine.Tokenizers", "Engine.Models", "Engine.Adapters", "Engine.Tensors", "Engine.Storage"] },
        { "FineTuneStudio.Engine/Quantisation", ["Engine.Tensors"] },
        { "FineTuneStudio.Engine/Models", ["Engine.Quantisation", "Engine.Adapters", "Engine.Tensors"] },
        { "FineTuneStudio.Engine/Adapters", ["Engine.Templates", "Engine.Tensors", "Engine.Storage"] },
        { "FineTuneStudio.Engine/Datasets", ["Engine.Storage"] },
        { "FineTuneStudio.Engine/Templates", [] },
        { "FineTuneStudio.Engine/Tokenizers", [] },
        { "FineTuneStudio.Engine/Grading", [] },
        { "FineTuneStudio.Engine/Tensors", ["Engine.Native"] },
        // Native translates a status into the exceptions of Tensors.
        { "FineTuneStudio.Engine/Native", ["Engine.Tensors"] },
        { "FineTuneStudio.Engine/Storage", ["Engine.Native"] },
        { "FineTuneStudio.Engine/Contracts", [] },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void Folder_UsesOnlyLayersBelow(string folder, string[] allowed)
    {
        var root = Path.Combine(Repository.Root, folder);
        Assert.SkipUnless(Directory.Exists(root), $"{folder} does not exist yet.");
        var own = folder.Replace("FineTuneStudio.Engine/", "Engine.", StringComparison.Ordinal).Replace("FineTuneStudio/", "", StringComparison.Ordinal);
        string[] permitted = [own, "Engine.Contracts", .. allowed];

        var violations =
            from file in Directory.EnumerateFiles(root, "*.*", SearchOption.AllDirectories)
            where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)
            from Match use in ProjectUsing().Matches(File.ReadAllText(file))
            let name = use.Groups["name"].Value
            where !permitted.Any(layer => name == layer || name.StartsWith(layer + ".", StringComparison.Ordinal))
            select $"{Path.GetRelativePath(Repository.Root, file)} uses {name}";

        Assert.Empty(violations);
    }

    [Fact]
    public void LibraryImport_StandsInEngineNativeAlone()
    {
        var elsewhere =
            from project in (string[])["FineTuneStudio", "FineTuneStudio.Engine"]
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories)
            let path = Path.GetRelativePath(Repository.Root, file)
            where !path.Contains("/obj/", StringComparison.Ordinal) && !path.StartsWith("FineTuneStudio.Engine/Native/", StringComparison.Ordinal)
            where File.ReadAllText(file).Contains("[LibraryImport", StringComparison.Ordinal)
            select path;

        Assert.Empty(elsewhere);
    }

    [GeneratedRegex(@"^@?(?:global )?using (?:static )?(?:\w+ = )?FineTuneStudio\.(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex ProjectUsing();
}
