using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Estimation;

public sealed class ModelShapesTests
{
    [Fact]
    public void Of_FolderAsItWas_IsReadOnce_AndAnewWhereAFileChanged()
    {
        using var copy = new ModelCopy("llama");
        var shapes = new ModelShapes();

        var first = shapes.Of(copy.Path);
        Assert.Same(first, shapes.Of(copy.Path));
        Assert.Same(first.Memory.Value, shapes.Of(copy.Path).Memory.Value);

        File.SetLastWriteTimeUtc(Path.Combine(copy.Path, "config.json"), DateTime.UtcNow.AddMinutes(1));
        Assert.NotSame(first, shapes.Of(copy.Path));
    }

    [Fact]
    public void Of_MoreFoldersThanAreKept_ForgetsTheOldest()
    {
        var copies = Enumerable.Range(0, 5).Select(_ => new ModelCopy("llama")).ToList();
        var shapes = new ModelShapes();
        var read = copies.ConvertAll(copy => shapes.Of(copy.Path));

        Assert.Same(read[4], shapes.Of(copies[4].Path));
        Assert.NotSame(read[0], shapes.Of(copies[0].Path));
        copies.ForEach(copy => copy.Dispose());
    }
}
