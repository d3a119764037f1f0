using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

public sealed class InitialAdapterTests
{
    [Fact]
    public void Run_BegunWithACheckpoint_IsAsGoodAsItWasAndLearnsOn()
    {
        using var run = new TinyRun();
        var last = run.Run().OfType<TrainingEvent.Evaluated>().Last();
        run.Specification = run.Specification with { InitialAdapter = Path.Combine(run.Folder, RunFolder.Checkpoints, "step-00000012", RunFolder.Adapter) };

        var losses = run.Run(folder: run.At("fork")).OfType<TrainingEvent.Evaluated>().ToList();

        Assert.Equal((12, 0), (last.Step, losses[0].Step));
        Assert.Equal(last.Loss, losses[0].Loss);
        Assert.True(losses[^1].Loss < losses[0].Loss, $"{losses[0].Loss} -> {losses[^1].Loss}");
    }

    [Fact]
    public void Run_CancelledAfterAFork_GoesOnToTheSameBits()
    {
        using var run = new TinyRun();
        run.Run();
        run.Specification = run.Specification with { InitialAdapter = Path.Combine(run.Folder, RunFolder.Adapter) };
        run.Run(folder: run.At("whole"));
        run.Run(folder: run.At("parts"), onEvent: (trainingEvent, _, cancellation) =>
        {
            if (trainingEvent is TrainingEvent.StepCompleted { Step: 3 })
            {
                cancellation.Cancel();
            }
        });

        run.Run(folder: run.At("parts"));

        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter(run.At("parts")));
    }

    [Fact]
    public void Run_OptionsUnlikeTheAdapter_NamesEveryOne()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Duration = new DurationOptions { Steps = 1 } };
        run.Run();
        run.Specification = run.Specification with
        {
            InitialAdapter = Path.Combine(run.Folder, RunFolder.Adapter), Lora = new LoraOptions { Rank = 8, Alpha = 5, Targets = ["q_proj"] },
        };

        var errors = Assert.Throws<UserErrorException>(() => run.Run(folder: run.At("fork"))).Errors;

        Assert.Equal(["lora.rank", "lora.alpha", "lora.targets"], errors.Select(error => error.Field));
        Assert.Contains("has 4", errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AdapterOfExperts_NeedsExpertsAmongTheTargets()
    {
        using var folder = new TemporaryFolder();
        var linears = ModelFolder.Linears(SharedData.Golden("models", "mixtral"));
        var options = new LoraOptions { Rank = 2, Targets = ["q_proj", LoraOptions.Experts] };
        using (var made = AdapterSet.Create(linears, options, seed: 1))
        {
            made.Save(folder.FullName, "mixtral");
        }

        using var loaded = InitialAdapter.Load(folder.FullName, linears, options);
        var error = Assert.Single(Assert.Throws<UserErrorException>(() => InitialAdapter.Load(folder.FullName, linears, options with { Targets = ["q_proj"] })).Errors);

        Assert.Equal(4, loaded.ExpertAdapters.Count);
        Assert.Equal("lora.targets", error.Field);
        Assert.Contains("Use q_proj, experts,", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_AdapterWithoutLora_IsRefused()
    {
        var specification = new RunSpecification { Model = "nano", Dataset = new DatasetOptions { Path = "rows.jsonl" }, Lora = null, InitialAdapter = "adapter" };

        Assert.Equal("initialAdapter", Assert.Single(specification.Validate()).Field);
    }

    [Fact]
    public void ToJson_WithoutAdapter_DoesNotMentionIt()
    {
        var specification = new RunSpecification { Model = "nano", Dataset = new DatasetOptions { Path = "rows.jsonl" } };

        Assert.DoesNotContain("initialAdapter", specification.ToJson(), StringComparison.Ordinal);
        Assert.Equal("x", RunSpecification.Parse((specification with { InitialAdapter = "x" }).ToJson(), "test").InitialAdapter);
    }
}
