using FineTuneStudio.Engine.Training.Checkpoints;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Checkpoints;

public sealed class CheckpointStoreTests
{
    [Fact]
    public void FindNewest_AfterSaves_IsTheLast()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.At("checkpoints"), keep: 2);
        Save(store, 1);
        Save(store, 2);
        Assert.Equal("step-00000002", store.FindNewest()!.Name);
    }

    [Fact]
    public void Save_BeyondTheLimit_KeepsTheNewestAndTheBest()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.At("checkpoints"), keep: 2);
        for (var step = 1; step <= 6; step++)
        {
            Save(store, step, best: step is 1 or 3);
        }

        Assert.Equal(
            ["step-00000003", "step-00000005", "step-00000006"],
            Directory.GetDirectories(folder.At("checkpoints")).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("weights")]
    public void FindNewest_AByteOfTheNewestLost_TakesTheOneBeforeAndSaysSo(string name)
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.At("checkpoints"), keep: 2);
        Save(store, 1);
        var newest = Save(store, 2);
        var path = Path.Combine(newest.Folder, name);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^3]);
        Assert.Equal("step-00000001", store.FindNewest()!.Name);
        Assert.Contains("step-00000002", Assert.Single(store.Damaged), StringComparison.Ordinal);
    }

    [Fact]
    public void Save_WriterFails_LeavesWhatWasThere()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.At("checkpoints"), keep: 2);
        Save(store, 1);
        Assert.Throws<IOException>(() => store.Save(State(2), staging =>
        {
            File.WriteAllText(Path.Combine(staging, "weights"), "half");
            throw new IOException("No space left on device", 28);
        }));
        Assert.Equal("step-00000001", Path.GetFileName(Assert.Single(Directory.GetDirectories(folder.At("checkpoints")))));
    }

    [Fact]
    public void Create_AfterAKill_ClearsWhatWasHalfWritten()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("checkpoints/.staging-0123"));
        var store = new CheckpointStore(folder.At("checkpoints"), keep: 2);
        Assert.Null(store.FindNewest());
        Assert.Empty(Directory.GetDirectories(folder.At("checkpoints")));
    }

    private static Checkpoint Save(CheckpointStore store, int step, bool best = false)
        => store.Save(State(step) with { Best = best }, staging => File.WriteAllText(Path.Combine(staging, "weights"), $"weights of step {step}"));

    private static RunState State(int step)
        => new() { Step = step, Epoch = step, EventBytes = 0, MetricBytes = 0, SpecificationHash = "s", DatasetHash = "d" };
}
