using FineTuneStudio.Application;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Models;

public sealed class ModelLibraryTests
{
    [Fact]
    public async Task Import_FolderWithAdditionalTemplates_CopiesAndCountsThem()
    {
        using var data = new TemporaryFolder();
        using var storage = StudioStorage.Open(data.FullName);
        using var source = new ModelCopy("llama");
        Directory.CreateDirectory(source.At("additional_chat_templates"));
        File.WriteAllText(source.At("additional_chat_templates/tool_use.jinja"), "with tools");
        Directory.CreateDirectory(source.At("original"));
        File.WriteAllText(source.At("original/consolidated.00.pth"), "pickled");
        var told = new List<(long Bytes, long Total)>();

        var result = await storage.Models.ImportAsync(source.Path, "tiny", (bytes, total) => told.Add((bytes, total)), TestContext.Current.CancellationToken);

        var folder = Assert.IsType<Result<ModelSummary>.Success>(result).Value.Folder;
        Assert.Equal("with tools", ChatTemplate.LoadForTools(folder)?.Source);
        Assert.False(Directory.Exists(Path.Combine(folder, "original")));
        var copied = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Assert.Equal((copied, copied), told[^1]);
    }
}
