using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>A specification while a person edits it; every value begins at its default from the catalog.</summary>
public sealed class RunDraft
{
    /// <summary>Linears of the supported families, by the last part of their names.</summary>
    public static readonly IReadOnlyList<string> KnownTargets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    private RunSpecification? _origin;

    public string Name { get; set; } = "";

    public string Model { get; set; } = "";

    public string Dataset { get; set; } = "";

    /// <summary>A checkpoint of another run to begin with, as <c>RUN@STEP</c>.</summary>
    public string? InitialAdapter { get; set; }

    public double HeldOutFraction { get; set; } = OptionCatalog.HeldOutFraction.Default;

    public int? MaxRows { get; set; }

    public int Rank { get; set; } = OptionCatalog.LoraRank.Default;

    public double Alpha { get; set; } = OptionCatalog.LoraAlpha.Default;

    public double Dropout { get; set; } = OptionCatalog.LoraDropout.Default;

    public bool RsLora { get; set; } = OptionCatalog.RsLora.Default;

    /// <summary>Chosen linears; all of them is <see cref="LoraOptions.AllLinear"/>.</summary>
    public HashSet<string> Targets { get; } = [.. KnownTargets];

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

    /// <summary>Takes over what decided another run, but for its name.</summary>
    public void Take(RunSpecification specification)
    {
        _origin = specification;
        (Model, Dataset, InitialAdapter) = (specification.Model, specification.Dataset.Path, specification.InitialAdapter);
        (HeldOutFraction, MaxRows) = (specification.Dataset.HeldOutFraction, specification.Dataset.MaxRows);
        if (specification.Lora is { } lora)
        {
            (Rank, Alpha, Dropout, RsLora) = (lora.Rank, lora.Alpha, lora.Dropout, lora.RsLora);
            Targets.Clear();
            Targets.UnionWith(lora.Targets.Contains(LoraOptions.AllLinear) ? KnownTargets : lora.Targets);
        }

        var schedule = specification.Schedule;
        (Schedule, LearningRate, WarmupInSteps, WarmupSteps) = (schedule.Kind, schedule.LearningRate, schedule.WarmupSteps is not null, schedule.WarmupSteps ?? WarmupSteps);
        (WarmupRatio, FloorRatio, DecayRatio, Decay) = (schedule.WarmupRatio, schedule.FloorRatio, schedule.DecayRatio, schedule.Decay);
        (PolynomialPower, PolynomialEnd) = (schedule.PolynomialPower, schedule.PolynomialEnd);
        (Optimizer, WeightDecay, ClipNorm) = (specification.Optimizer.Kind, specification.Optimizer.WeightDecay, specification.Optimizer.ClipNorm);
        (BatchRows, Accumulation, ContextLength, Packing) = (specification.Batch.Rows, specification.Batch.Accumulation, specification.Batch.ContextLength, specification.Batch.Packing);
        (Epochs, DurationInSteps, Steps) = (specification.Duration.Epochs, specification.Duration.Steps is not null, specification.Duration.Steps ?? Steps);
        (Samples, SampleTokens) = (specification.Evaluation.Samples, specification.Evaluation.SampleTokens);
        (Precision, GradientCheckpointing, Seed) = (specification.Precision, specification.GradientCheckpointing, specification.Seed);
    }

    public RunSpecification ToSpecification()
    {
        // What the page does not show stays as it was in the run that was taken over.
        var origin = _origin ?? new RunSpecification { Model = Model, Dataset = new DatasetOptions { Path = Dataset } };
        return origin with
        {
            Name = Name,
            Model = Model,
            InitialAdapter = InitialAdapter,
            Dataset = origin.Dataset with
            {
                Path = Dataset, HeldOutFraction = HeldOutFraction, MaxRows = MaxRows, Columns = origin.Dataset.Path == Dataset ? origin.Dataset.Columns : null,
            },
            Lora = (origin.Lora ?? new LoraOptions()) with
            {
                Rank = Rank,
                Alpha = Alpha,
                Dropout = Dropout,
                RsLora = RsLora,
                Targets = Targets.Count == KnownTargets.Count ? [LoraOptions.AllLinear] : [.. KnownTargets.Where(Targets.Contains)],
            },
            Schedule = ScheduleOptions,
            Optimizer = origin.Optimizer with { Kind = Optimizer, WeightDecay = WeightDecay, ClipNorm = ClipNorm },
            Batch = origin.Batch with { Rows = BatchRows, Accumulation = Accumulation, ContextLength = ContextLength, Packing = Packing },
            Duration = origin.Duration with { Epochs = Epochs, Steps = DurationInSteps ? Steps : null },
            Evaluation = origin.Evaluation with { Samples = Samples, SampleTokens = SampleTokens },
            Precision = Precision,
            GradientCheckpointing = GradientCheckpointing,
            Seed = Seed,
        };
    }
}
