using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Exports;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

/// <summary>Whole runs with every kind of adapter: what they learn, what they leave, and that they go on to the same bits.</summary>
public sealed class AdapterKindRunTests
{
    public static TheoryData<string> Kinds => ["dora", "pissa", "dora pissa", "plus", "pissa plus rslora"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_CancelledTwice_GoesOnToTheSameBits(string kind)
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Lora = Options(kind) };
        var whole = run.Run(folder: run.At("whole")).OfType<TrainingEvent.Evaluated>().ToList();
        foreach (var stop in (int[])[3, 8])
        {
            run.Run(onEvent: (told, _, cancellation) =>
            {
                if (told is TrainingEvent.StepCompleted { Step: var step } && step == stop)
                {
                    cancellation.Cancel();
                }
            });
        }

        run.Run();

        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter());
        Assert.True(whole[^1].Loss < whole[0].Loss, $"{whole[0].Loss} -> {whole[^1].Loss}");
    }

    [Theory]
    [InlineData("dora")]
    [InlineData("pissa")]
    [InlineData("dora pissa")]
    public void Run_ByReinforcementWithKl_BeginsAtTheReferenceAndGoesOnToTheSameBits(string kind)
    {
        using var run = TinyRun.Rft(options => options with { Method = ReinforcementMethod.Grpo });
        run.Specification = run.Specification with { Lora = Options(kind), Duration = new DurationOptions { Steps = 6 } };
        var kl = run.Run(folder: run.At("whole")).OfType<TrainingEvent.StepCompleted>().Select(step => step.Reinforcement!.Kl!.Value).ToList();
        run.Run(onEvent: (told, _, cancellation) =>
        {
            if (told is TrainingEvent.StepCompleted { Step: 3 })
            {
                cancellation.Cancel();
            }
        });

        run.Run();

        Assert.InRange(kl[0], -1e-6, 1e-6);
        Assert.True(kl[^1] > 1e-6, string.Join(' ', kl));
        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter());
    }

    [Theory]
    [InlineData("dora", ExportFormat.Peft)]
    [InlineData("dora", ExportFormat.Merged)]
    [InlineData("dora", ExportFormat.Gguf)]
    [InlineData("pissa", ExportFormat.Peft)]
    [InlineData("pissa", ExportFormat.Merged)]
    [InlineData("pissa", ExportFormat.Gguf)]
    [InlineData("pissa", ExportFormat.GgufLora)]
    [InlineData("pissa rslora", ExportFormat.GgufLora)]
    [InlineData("dora pissa", ExportFormat.Merged)]
    public void Export_WhatARunLeft_IsCertified(string kind, ExportFormat format)
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Lora = Options(kind), Duration = new DurationOptions { Steps = 3 } };
        run.Run();

        var certificate = Export(run, format);

        Assert.True(certificate.Passed, $"{certificate}");
    }

    [Fact]
    public void Export_MagnitudesAsGgufAdapter_IsRefusedWithTheWayOut()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Lora = Options("dora"), Duration = new DurationOptions { Steps = 1 } };
        run.Run();

        var error = Assert.Single(Assert.Throws<UserErrorException>(() => Export(run, ExportFormat.GgufLora)).Errors);

        Assert.Contains("DoRA", error.Message, StringComparison.Ordinal);
        Assert.Contains("--format gguf", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_BegunWithAPissaAdapter_HasTwiceItsRank()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Lora = Options("pissa"), Duration = new DurationOptions { Steps = 3 } };
        var last = run.Run().OfType<TrainingEvent.Evaluated>().Last();
        var next = run.Specification with { InitialAdapter = Path.Combine(run.Folder, RunFolder.Adapter), Lora = new LoraOptions { Rank = 8, Alpha = 16 } };
        run.Specification = next with { Lora = next.Lora! with { Rank = 4, Alpha = 8, Dora = true } };
        var errors = Assert.Throws<UserErrorException>(() => run.Run(folder: run.At("next"))).Errors;
        run.Specification = next;

        var first = run.Run(folder: run.At("next")).OfType<TrainingEvent.Evaluated>().First();

        Assert.Equal(["lora.rank", "lora.alpha", "lora.dora"], errors.Select(error => error.Field));
        Assert.Equal(last.Loss, first.Loss, 1e-4);
    }

    [Fact]
    public void Step_WithARatio_MovesSecondFactorsByItAndMagnitudesWithoutDecay()
    {
        using var scope = TensorScope.Enter();
        var options = new LoraOptions { LearningRateRatio = 16, Dora = true };
        string[] names = ["m.q_proj.lora_A.weight", "m.q_proj.lora_B.weight", "m.q_proj.lora_magnitude_vector"];
        KeyValuePair<string, Tensor>[] weights = [.. names.Select(name => KeyValuePair.Create(name, Tensor.Full([1], 1, DType.Float32)))];
        using var optimizer = Optimizer.Create(
            weights, new OptimizerOptions { Kind = OptimizerKind.Sgd, WeightDecay = 0.5, Sgd = new SgdOptions { Momentum = 0 } }, name => AdapterLearning.RuleOf(name, options));

        optimizer.Step([.. weights.Select(_ => Tensor.Full([1], 1, DType.Float32))], learningRate: 0.01, gradientScale: 1);

        // w - rate (gradient + decay w), as SGD decays.
        Assert.Equal([1 - (0.01 * 1.5), 1 - (0.16 * 1.5), 1 - 0.01], weights.Select(pair => pair.Value.Item()), (one, other) => Math.Abs(one - other) < 1e-6);
    }

    [Fact]
    public void Validate_ImpossibleCombinations_AreAllNamed()
    {
        var specification = new RunSpecification
        {
            Model = "nano",
            Dataset = new DatasetOptions { Path = "rows.jsonl" },
            InitialAdapter = "adapter",
            Lora = new LoraOptions { Dropout = 0.1, Initialization = LoraInitialization.Pissa, LearningRateRatio = 16 },
            Optimizer = new OptimizerOptions { Kind = OptimizerKind.Adafactor, Adafactor = new AdafactorOptions { RelativeStep = true } },
        };

        Assert.Equal(["lora.initialization", "lora.learningRateRatio", "lora.initialization"], specification.Validate().Select(error => error.Field));
        Assert.Equal("lora.learningRateRatio", Assert.Single((specification with { InitialAdapter = null, Lora = new LoraOptions { LearningRateRatio = 0 }, Optimizer = new() }).Validate()).Field);
        Assert.Equal(specification.Lora.Initialization, RunSpecification.Parse((specification with { InitialAdapter = null, Lora = specification.Lora with { Dropout = 0 }, Optimizer = new() }).ToJson(), "test").Lora!.Initialization);
    }

    private static LoraOptions Options(string kind) => new()
    {
        Rank = 4,
        Alpha = 8,
        Dropout = kind.Contains("pissa", StringComparison.Ordinal) ? 0 : 0.1,
        Dora = kind.Contains("dora", StringComparison.Ordinal),
        RsLora = kind.Contains("rslora", StringComparison.Ordinal),
        LearningRateRatio = kind.Contains("plus", StringComparison.Ordinal) ? 4 : 1,
        Initialization = kind.Contains("pissa", StringComparison.Ordinal) ? LoraInitialization.Pissa : LoraInitialization.Default,
    };

    private static ExportCertificate Export(TinyRun run, ExportFormat format) => AdapterExporter.Export(
        new ExportRequest
        {
            AdapterFolder = Path.Combine(run.Folder, RunFolder.Adapter),
            ModelFolder = run.Specification.Model,
            Format = format,
            Target = run.At($"export-{format}"),
        },
        progress: null, TestContext.Current.CancellationToken);
}
