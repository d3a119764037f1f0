using System.Text.Json;
using System.Text.Json.Serialization;
using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>Everything that decides a training run. The browser builds it, <c>train SPEC.json</c> reads it, a checkpoint stores it.</summary>
/// <remarks>Defaults stand in <see cref="OptionCatalog"/>, with their reason and source; nothing else states one.</remarks>
public sealed record RunSpecification
{
    /// <summary>How the record is written as JSON: camel case, enums by name, unknown fields refused.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = CreateJsonOptions();

    /// <summary>What the person calls the run; empty lets the studio choose.</summary>
    public string Name { get; init; } = "";

    /// <summary>How the model learns.</summary>
    public TrainingMethod Method { get; init; } = TrainingMethod.Sft;

    /// <summary>Who scores answers, and what is made of the scores; for <see cref="TrainingMethod.Rft"/> alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReinforcementOptions? Reinforcement { get; init; }

    /// <summary>Base model: a name in the library, or the path of a folder in Hugging Face layout.</summary>
    public required string Model { get; init; }

    /// <summary>What is learnt from, and what is held out.</summary>
    public required DatasetOptions Dataset { get; init; }

    /// <summary>The adapter to train; <see langword="null"/> trains every weight.</summary>
    public LoraOptions? Lora { get; init; } = new();

    /// <summary>
    /// An adapter to begin with: a folder in PEFT layout; in the studio <c>RUN@STEP</c>, a checkpoint of a run. <see langword="null"/> begins with one
    /// that changes nothing.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InitialAdapter { get; init; }

    /// <summary>Learning rate over the steps.</summary>
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>AdamW and clipping.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>What goes into one optimizer step.</summary>
    public BatchOptions Batch { get; init; } = new();

    /// <summary>How long: epochs, or steps where given.</summary>
    public DurationOptions Duration { get; init; } = new();

    /// <summary>Held-out evaluation while training.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>When the whole state goes to disk.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>Number format of frozen weights and activations.</summary>
    public Precision Precision { get; init; } = OptionCatalog.Precision.Default;

    /// <summary>How the frozen weights of the layers' linears and experts are kept; only where an adapter learns.</summary>
    public Quantization Quantization { get; init; } = OptionCatalog.Quantization.Default;

    /// <summary>Where the model is and computes: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. It decides speed and rounding, not what the run is.</summary>
    public string Device { get; init; } = OptionCatalog.Device.Default;

    /// <summary>Recompute each layer in the backward pass instead of keeping its activations.</summary>
    public bool GradientCheckpointing { get; init; } = OptionCatalog.GradientCheckpointing.Default;

    /// <summary>
    /// Factor on how evenly experts are used, in the loss; <see langword="null"/> takes the model's own: <c>router_aux_loss_coef</c> where its
    /// configuration switches it on.
    /// </summary>
    public double? BalanceWeight { get; init; }

    /// <summary>Seed of everything random: adapter start, shuffling, dropout, samples.</summary>
    public long Seed { get; init; } = OptionCatalog.Seed.Default;

    /// <summary>Reads a specification; every fault of form or value is reported at once where the form allows.</summary>
    /// <exception cref="UserErrorException">The text is no JSON, lacks a required field, has an unknown one, or holds impossible values.</exception>
    public static RunSpecification Parse(string json, string source)
    {
        RunSpecification? specification;
        try
        {
            specification = JsonSerializer.Deserialize<RunSpecification>(json, JsonOptions);
        }
        catch (JsonException exception)
        {
            var place = exception.LineNumber is { } line ? $"{source}:{line + 1}" : source;
            var field = string.IsNullOrEmpty(exception.Path) || exception.Path == "$" ? "" : $" at {exception.Path[2..]}";
            throw new UserErrorException(place, $"This is no run specification{field}: {SpecificationFaults.Describe(exception)} docs/specification.md lists every field.");
        }

        specification = specification ?? throw new UserErrorException(source, "The file holds null; expected a run specification. docs/specification.md lists every field.");
        UserErrorException.ThrowIfAny(specification.Validate());
        return specification;
    }

    /// <summary>The specification as indented JSON, all fields written.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JsonOptions);

    /// <summary>Every impossible option, each with the field's JSON path and what would be accepted.</summary>
    public IEnumerable<UserError> Validate()
    {
        if (string.IsNullOrWhiteSpace(Model))
        {
            yield return new("model", "Name a base model: one from the library, or the path of a model folder.");
        }

        if (Reinforcement is null == (Method == TrainingMethod.Rft))
        {
            yield return new("reinforcement", Reinforcement is null ? "A run by the method rft needs a grader: give reinforcement.grader; docs/graders.md lists them." : "Only a run by the method rft has this: set method to rft, or leave reinforcement out.");
        }

        if (InitialAdapter is not null && (Lora is null || string.IsNullOrWhiteSpace(InitialAdapter)))
        {
            yield return new("initialAdapter", Lora is null ? "An adapter can be begun with only where one is trained: give lora, or leave initialAdapter out." : "Name the folder of an adapter, or leave it out.");
        }

        if (InitialAdapter is not null && Lora is { Initialization: not LoraInitialization.Default })
        {
            yield return new("lora.initialization", "The adapter to begin with has its values already. Leave lora.initialization out, or begin without initialAdapter.");
        }

        if (Lora is { LearningRateRatio: not 1 } && Optimizer is { Kind: OptimizerKind.Adafactor, Adafactor.RelativeStep: true })
        {
            yield return new("lora.learningRateRatio", "Adafactor's relative step has no learning rate that a ratio could be of. Set optimizer.adafactor.relativeStep to false, or lora.learningRateRatio to 1.");
        }

        if (BalanceWeight is not (null or (>= 0 and <= 100)))
        {
            yield return new("balanceWeight", $"Use a factor from 0 to 100, not {BalanceWeight:G4}.");
        }

        if (Quantization != Quantization.None && Lora is null)
        {
            yield return new("quantization", "Every weight learns here, and a weight in few bits cannot: give lora, or leave quantization out.");
        }

        var nested = Dataset.Validate(Method)
            .Concat(Lora?.Validate() ?? [])
            .Concat(Reinforcement?.Validate() ?? [])
            .Concat(Schedule.Validate())
            .Concat(Optimizer.Validate())
            .Concat(Batch.Validate())
            .Concat(Duration.Validate())
            .Concat(Evaluation.Validate())
            .Concat(Checkpoints.Validate())
            .Concat(DeviceName.Validate(Device));
        foreach (var error in nested)
        {
            yield return error;
        }
    }

    private static JsonSerializerOptions CreateJsonOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            WriteIndented = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            ReadCommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            RespectNullableAnnotations = true,
            NumberHandling = JsonNumberHandling.Strict,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
