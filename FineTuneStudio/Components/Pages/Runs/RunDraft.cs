using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>A specification while a person edits it; every value begins at its default from the catalog. Comes through JSON unharmed, so that it can be kept.</summary>
public sealed class RunDraft
{
    /// <summary>Linears of the supported families, by the last part of their names.</summary>
    public static readonly IReadOnlyList<string> KnownTargets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>What the form has no field for; its own fields win.</summary>
    public RunSpecification Rest { get; set; } = new() { Model = "", Dataset = new DatasetOptions { Path = "" } };

    /// <summary>Answers to the questions of the decision tree, choice by question.</summary>
    public Dictionary<string, string> Answers { get; set; } = [];

    /// <summary>The person wants supervised fine-tuning although the tree led elsewhere.</summary>
    public bool Anyway { get; set; }

    public string Name { get; set; } = "";

    public string Model { get; set; } = "";

    public string Dataset { get; set; } = "";

    /// <summary>A checkpoint of another run to begin with, as <c>RUN@STEP</c>.</summary>
    public string? InitialAdapter { get; set; }

    public double HeldOutFraction { get; set; } = OptionCatalog.HeldOutFraction.Default;

    public int Rank { get; set; } = OptionCatalog.LoraRank.Default;

    public double Alpha { get; set; } = OptionCatalog.LoraAlpha.Default;

    public double Dropout { get; set; } = OptionCatalog.LoraDropout.Default;

    public bool RsLora { get; set; } = OptionCatalog.RsLora.Default;

    /// <summary>Every weight learns instead of an adapter.</summary>
    public bool EveryWeight { get; set; }

    /// <summary>Chosen linears; all of them is <see cref="LoraOptions.AllLinear"/>.</summary>
    public HashSet<string> Targets { get; set; } = [.. KnownTargets];

    public ScheduleKind Schedule { get; set; } = OptionCatalog.Schedule.Default;

    public double LearningRate { get; set; } = OptionCatalog.LearningRate.Default;

    /// <summary>Warm-up is given in steps rather than as a share.</summary>
    public bool WarmupInSteps { get; set; }

    public int WarmupSteps { get; set; } = 10;

    public double WarmupRatio { get; set; } = OptionCatalog.WarmupRatio.Default;

    public double FloorRatio { get; set; } = OptionCatalog.FloorRatio.Default;

    public double DecayRatio { get; set; } = OptionCatalog.DecayRatio.Default;

    public DecayKind Decay { get; set; } = OptionCatalog.Decay.Default;

    public double PolynomialPower { get; set; } = OptionCatalog.PolynomialPower.Default;

    public double PolynomialEnd { get; set; } = OptionCatalog.PolynomialEnd.Default;

    public OptimizerKind Optimizer { get; set; } = OptionCatalog.Optimizer.Default;

    public double WeightDecay { get; set; } = OptionCatalog.WeightDecay.Default;

    public double ClipNorm { get; set; } = OptionCatalog.ClipNorm.Default;

    public int BatchRows { get; set; } = OptionCatalog.BatchRows.Default;

    public int Accumulation { get; set; } = OptionCatalog.Accumulation.Default;

    public int ContextLength { get; set; } = OptionCatalog.ContextLength.Default;

    public bool Packing { get; set; } = OptionCatalog.Packing.Default;

    public double Epochs { get; set; } = OptionCatalog.Epochs.Default;

    /// <summary>Duration is given in steps rather than epochs.</summary>
    public bool DurationInSteps { get; set; }

    public int Steps { get; set; } = 100;

    public int Samples { get; set; } = OptionCatalog.EvaluationSamples.Default;

    public int SampleTokens { get; set; } = OptionCatalog.SampleTokens.Default;

    public Precision Precision { get; set; } = OptionCatalog.Precision.Default;

    public Quantization Quantization { get; set; } = OptionCatalog.Quantization.Default;

    public bool GradientCheckpointing { get; set; } = OptionCatalog.GradientCheckpointing.Default;

    public long Seed { get; set; } = OptionCatalog.Seed.Default;

    public ScheduleOptions ScheduleOptions => new()
    {
        Kind = Schedule,
        LearningRate = LearningRate,
        WarmupSteps = WarmupInSteps ? WarmupSteps : null,
        WarmupRatio = WarmupRatio,
        FloorRatio = FloorRatio,
        DecayRatio = DecayRatio,
        Decay = Decay,
        PolynomialPower = PolynomialPower,
        PolynomialEnd = PolynomialEnd,
    };

    public RunSpecification ToSpecification() => Rest with
    {
        Name = Name,
        Model = Model,
        InitialAdapter = InitialAdapter,

        // Columns are of one file; another has columns of its own.
        Dataset = Rest.Dataset with { Path = Dataset, HeldOutFraction = HeldOutFraction, Columns = Dataset == Rest.Dataset.Path ? Rest.Dataset.Columns : null },
        Lora = EveryWeight ? null : new LoraOptions
        {
            Rank = Rank,
            Alpha = Alpha,
            Dropout = Dropout,
            RsLora = RsLora,
            Targets = Targets.IsSupersetOf(KnownTargets) ? [LoraOptions.AllLinear, .. Targets.Except(KnownTargets)] : [.. KnownTargets.Where(Targets.Contains), .. Targets.Except(KnownTargets)],
        },
        Schedule = ScheduleOptions,
        Optimizer = Rest.Optimizer with { Kind = Optimizer, WeightDecay = WeightDecay, ClipNorm = ClipNorm },
        Batch = new BatchOptions { Rows = BatchRows, Accumulation = Accumulation, ContextLength = ContextLength, Packing = Packing },
        Duration = new DurationOptions { Epochs = Epochs, Steps = DurationInSteps ? Steps : null },
        Evaluation = Rest.Evaluation with { Samples = Samples, SampleTokens = SampleTokens },
        Precision = Precision,
        Quantization = EveryWeight ? Quantization.None : Quantization,
        GradientCheckpointing = GradientCheckpointing,
        Seed = Seed,
    };

    /// <summary>Takes over what decided another run, but for its name.</summary>
    public void Take(RunSpecification specification) => Load(specification with { Name = Name });

    /// <summary>Takes every value of a specification.</summary>
    public void Load(RunSpecification specification)
    {
        (Rest, Name, Model, Dataset) = (specification, specification.Name, specification.Model, specification.Dataset.Path);
        (InitialAdapter, HeldOutFraction) = (specification.InitialAdapter, specification.Dataset.HeldOutFraction);
        var lora = specification.Lora ?? new LoraOptions();
        (EveryWeight, Rank, Alpha, Dropout, RsLora) = (specification.Lora is null, lora.Rank, lora.Alpha, lora.Dropout, lora.RsLora);
        Targets = lora.Targets.Contains(LoraOptions.AllLinear) ? [.. KnownTargets, .. lora.Targets.Where(target => target != LoraOptions.AllLinear)] : [.. lora.Targets];
        var schedule = specification.Schedule;
        (Schedule, LearningRate, FloorRatio, DecayRatio, Decay) = (schedule.Kind, schedule.LearningRate, schedule.FloorRatio, schedule.DecayRatio, schedule.Decay);
        (PolynomialPower, PolynomialEnd) = (schedule.PolynomialPower, schedule.PolynomialEnd);
        (WarmupInSteps, WarmupSteps, WarmupRatio) = (schedule.WarmupSteps is not null, schedule.WarmupSteps ?? WarmupSteps, schedule.WarmupRatio);
        (Optimizer, WeightDecay, ClipNorm) = (specification.Optimizer.Kind, specification.Optimizer.WeightDecay, specification.Optimizer.ClipNorm);
        var batch = specification.Batch;
        (BatchRows, Accumulation, ContextLength, Packing) = (batch.Rows, batch.Accumulation, batch.ContextLength, batch.Packing);
        (DurationInSteps, Steps, Epochs) = (specification.Duration.Steps is not null, specification.Duration.Steps ?? Steps, specification.Duration.Epochs);
        (Samples, SampleTokens) = (specification.Evaluation.Samples, specification.Evaluation.SampleTokens);
        (Precision, Quantization, GradientCheckpointing, Seed) = (specification.Precision, specification.Quantization, specification.GradientCheckpointing, specification.Seed);
    }
}
