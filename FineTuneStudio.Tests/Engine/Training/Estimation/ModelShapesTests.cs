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
    public void Of_FileReplacedByAnOlderOneOrDeleted_IsReadAnew()
    {
        using var copy = new ModelCopy("llama");
        var shapes = new ModelShapes();
        var first = shapes.Of(copy.Path);

        File.SetLastWriteTimeUtc(copy.At("config.json"), DateTime.UtcNow.AddYears(-1));
        var second = shapes.Of(copy.Path);
        Assert.NotSame(first, second);

        File.Delete(copy.At("generation_config.json"));
        Assert.NotSame(second, shapes.Of(copy.Path));
    }

    [Fact]
    public void Of_MoreFoldersThanAreKept_ForgetsTheOneNotAskedForTheLongest()
    {
        var copies = Enumerable.Range(0, 5).Select(_ => new ModelCopy("llama")).ToList();
        var shapes = new ModelShapes();
        var read = copies.ConvertAll(copy => shapes.Of(copy.Path));

        Assert.Same(read[4], shapes.Of(copies[4].Path));
        Assert.Same(read[1], shapes.Of(copies[1].Path));
        Assert.NotSame(read[0], shapes.Of(copies[0].Path));
        Assert.Same(read[1], shapes.Of(copies[1].Path));
        Assert.NotSame(read[2], shapes.Of(copies[2].Path));
        copies.ForEach(copy => copy.Dispose());
    }
}
