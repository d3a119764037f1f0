using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Components.Pages.NewRun;

/// <summary>A specification while a person edits it; every value begins at its default from the catalog. Comes through JSON unharmed, so that it can be kept.</summary>
public sealed class RunDraft
{
    /// <summary>Linears of the supported families, by the last part of their names.</summary>
    public static readonly IReadOnlyList<string> KnownTargets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    private static readonly JsonSerializerOptions IndentedJson = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What the form has no field for; its own fields win.</summary>
    public RunSpecification Rest { get; set; } = new() { Model = "", Dataset = new DatasetOptions { Path = "" } };

    /// <summary>Which values follow the data.</summary>
    public FollowedOptions Followed { get; set; } = new();

    /// <summary>Answers to the questions of the decision tree, choice by question.</summary>
    public Dictionary<string, string> Answers { get; set; } = [];

    public TrainingMethod Method { get; set; }

    /// <summary>A person, or another run, chose the method; otherwise the tree does.</summary>
    public bool HasMethod { get; set; }

    /// <summary>The grader is the studio's guess for the data, not a person's.</summary>
    public bool GraderIsGuessed { get; set; }

    /// <summary>What scores answers, as JSON; empty before there is one.</summary>
    public string Grader { get; set; } = "";

    public ReinforcementMethod Loss { get; set; } = OptionCatalog.ReinforcementMethod.Default;

    public int Prompts { get; set; } = OptionCatalog.Prompts.Default;

    /// <summary>Answers to each prompt.</summary>
    public int AnswersEach { get; set; } = OptionCatalog.Answers.Default;

    public int Updates { get; set; } = OptionCatalog.Updates.Default;

    public int AnswerTokens { get; set; } = OptionCatalog.AnswerTokens.Default;

    public double Temperature { get; set; } = OptionCatalog.Temperature.Default;

    public double TopP { get; set; } = OptionCatalog.TopP.Default;

    public int TopK { get; set; } = OptionCatalog.TopK.Default;

    public double MinP { get; set; } = OptionCatalog.MinP.Default;

    /// <summary>Texts that end an answer, a line each.</summary>
    public string Stop { get; set; } = "";

    /// <summary>Functions in Python that the model may call; empty for none.</summary>
    public string Tools { get; set; } = "";

    public int ToolTurns { get; set; } = OptionCatalog.ToolTurns.Default;

    public int ToolResultTokens { get; set; } = OptionCatalog.ToolResultTokens.Default;

    public int Rounds { get; set; } = OptionCatalog.Rounds.Default;

    public bool LearnCut { get; set; } = OptionCatalog.LearnCut.Default;

    public string Name { get; set; } = "";

    public string Model { get; set; } = "";

    public string Dataset { get; set; } = "";

    /// <summary>What to begin with: a checkpoint of another run, as <c>RUN@STEP</c>, or the id of an adapter.</summary>
    public string? InitialAdapter { get; set; }

    public double HeldOutFraction { get; set; } = OptionCatalog.HeldOutFraction.Default;

    public int Rank { get; set; } = OptionCatalog.LoraRank.Default;

    public double Alpha { get; set; } = OptionCatalog.LoraAlpha.Default;

    public double Dropout { get; set; } = OptionCatalog.LoraDropout.Default;

    public bool RsLora { get; set; } = OptionCatalog.RsLora.Default;

    public bool Dora { get; set; } = OptionCatalog.Dora.Default;

    public double LearningRateRatio { get; set; } = OptionCatalog.LearningRateRatio.Default;

    public LoraInitialization Initialization { get; set; } = OptionCatalog.Initialization.Default;

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

    /// <summary>What only reinforcement has; the rest of it follows the loss, or stands in the specification.</summary>
    private ReinforcementOptions? ReinforcementOptions => Method != TrainingMethod.Rft || Grader.Length == 0 ? null : (Rest.Reinforcement ?? new ReinforcementOptions { Grader = new GraderDefinition(Grader) }) with
    {
        Grader = new GraderDefinition(Grader),
        Method = Loss,
        Prompts = Prompts,
        Answers = AnswersEach,
        Updates = Updates,
        AnswerTokens = AnswerTokens,
        Temperature = Temperature,
        TopP = TopP,
        TopK = TopK,
        MinP = MinP,
        Tools = Tools.Length == 0 ? null : (Rest.Reinforcement?.Tools ?? new ToolOptions { Source = Tools }) with { Source = Tools, Turns = ToolTurns, ResultTokens = ToolResultTokens },
        Stop = StopLines.Read(Stop),
        Rounds = Rounds,
        LearnCut = LearnCut,
    };

    public RunSpecification ToSpecification() => Rest with
    {
        Name = Name,
        Method = Method,
        Reinforcement = ReinforcementOptions,
        Model = Model,
        InitialAdapter = InitialAdapter,

        // Columns are of one file; another has columns of its own.
        Dataset = Rest.Dataset with { Path = Dataset, HeldOutFraction = HeldOutFraction, Columns = Dataset == Rest.Dataset.Path ? Rest.Dataset.Columns : null },
        Lora = EveryWeight ? null : ToLora(),
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

    /// <summary>Names the kept form of an address: what is typed into a form about one thing does not come back in a form about another.</summary>
    public static string KeyOf(string? like, string? fork, string? step, string? adapter, string? dataset)
    {
        var key = $"runs/new {like ?? (fork is null ? adapter ?? dataset : $"{fork}@{step}")}".TrimEnd();
        return key[..Math.Min(200, key.Length)];
    }

    private static bool SameJson(string one, string other) => one.Length > 0 && JsonNode.DeepEquals(JsonNode.Parse(one), JsonNode.Parse(other));

    private static string Indented(string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(json), IndentedJson);

    /// <summary>Takes the shape of the adapter to begin with: rank, scale, magnitudes and linears.</summary>
    /// <param name="shape">What it is; <see langword="null"/> leaves the form as it is, whose own check says what is wrong.</param>
    public void ShapeAs(LoraOptions? shape)
    {
        if (shape is not null)
        {
            EveryWeight = false;
            TakeLora(ToLora().ShapedAs(shape));
        }
    }

    /// <summary>Whether rank, scale, magnitudes and linears are those of an adapter.</summary>
    public bool IsShapedAs(LoraOptions shape) => (Rank, Alpha, RsLora, Dora) == (shape.Rank, shape.Alpha, shape.RsLora, shape.Dora) && Targets.SetEquals(TargetsOf(shape));

    /// <summary>Takes over what decided another run, but for its name.</summary>
    public void Take(RunSpecification specification) => Load(specification with { Name = Name });

    /// <summary>Takes every value of a specification.</summary>
    public void Load(RunSpecification specification)
    {
        (Rest, Name, Model, Dataset) = (specification, specification.Name, specification.Model, specification.Dataset.Path);
        (Method, HasMethod) = (specification.Method, true);
        if (specification.Reinforcement is { } reinforcement)
        {
            // The same grader stays as it is written.
            Grader = SameJson(Grader, reinforcement.Grader.Json) ? Grader : Indented(reinforcement.Grader.Json);
            (Loss, Prompts, AnswersEach, Updates, AnswerTokens) = (reinforcement.Method, reinforcement.Prompts, reinforcement.Answers, reinforcement.Updates, reinforcement.AnswerTokens);
            (Temperature, TopP, TopK, Rounds, LearnCut) = (reinforcement.Temperature, reinforcement.TopP, reinforcement.TopK, reinforcement.Rounds, reinforcement.LearnCut);
            var tools = reinforcement.Tools ?? new ToolOptions { Source = "" };
            (Tools, ToolTurns, ToolResultTokens) = (tools.Source, tools.Turns, tools.ResultTokens);
            (MinP, Stop) = (reinforcement.MinP, StopLines.Write(reinforcement.Stop));
        }

        (InitialAdapter, HeldOutFraction) = (specification.InitialAdapter, specification.Dataset.HeldOutFraction);
        var lora = specification.Lora ?? new LoraOptions();
        EveryWeight = specification.Lora is null;
        TakeLora(lora);
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

    /// <summary>Takes the options for which the data can speak (<see cref="AdvisedOption"/>), and nothing else, of a specification.</summary>
    public void Fill(RunSpecification specification)
    {
        (DurationInSteps, Epochs, LearningRate) = (specification.Duration.Steps is not null, specification.Duration.Epochs, specification.Schedule.LearningRate);
        (BatchRows, Accumulation, ContextLength) = (specification.Batch.Rows, specification.Batch.Accumulation, specification.Batch.ContextLength);
        (Rank, Alpha, Dropout) = specification.Lora is { } lora ? (lora.Rank, lora.Alpha, lora.Dropout) : (Rank, Alpha, Dropout);
    }

    private LoraOptions ToLora() => new()
    {
        Rank = Rank,
        Alpha = Alpha,
        Dropout = Dropout,
        RsLora = RsLora,
        Dora = Dora,
        LearningRateRatio = LearningRateRatio,
        Initialization = Initialization,
        Targets = Targets.IsSupersetOf(KnownTargets) ? [LoraOptions.AllLinear, .. Targets.Except(KnownTargets)] : [.. KnownTargets.Where(Targets.Contains), .. Targets.Except(KnownTargets)],
    };

    private void TakeLora(LoraOptions lora)
    {
        (Rank, Alpha, Dropout, RsLora) = (lora.Rank, lora.Alpha, lora.Dropout, lora.RsLora);
        (Dora, LearningRateRatio, Initialization) = (lora.Dora, lora.LearningRateRatio, lora.Initialization);
        Targets = TargetsOf(lora);
    }

    private static HashSet<string> TargetsOf(LoraOptions lora)
        => lora.Targets.Contains(LoraOptions.AllLinear) ? [.. KnownTargets, .. lora.Targets.Where(target => target != LoraOptions.AllLinear)] : [.. lora.Targets];
}
