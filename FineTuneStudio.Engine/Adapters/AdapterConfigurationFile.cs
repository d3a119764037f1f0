using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Reads and writes PEFT's <c>adapter_config.json</c>.</summary>
internal static class AdapterConfigurationFile
{
    private const long MaxBytes = 64 << 20;
    private const string TargetParameters = "target_parameters";

    // A value here changes numbers in a way that is not built; its absence or emptiness is harmless.
    private static readonly string[] Unbuilt =
    [
        "alora_invocation_tokens", "arrow_config", "corda_config", "eva_config", "exclude_modules", "fan_in_fan_out", "kasa_config", "layer_replication",
        "layers_to_transform", "lora_bias", "lora_ga_config", "megatron_config", "monteclora_config", "trainable_token_indices",
        "use_bdlora", "use_qalora", "velora_config",
    ];

    // Beginnings that leave the base as it is. All others (pissa, olora, corda, loftq, ...) take the pair's start out of the base's weights, and the
    // file is then an adapter of those.
    private static readonly string[] HarmlessStarts = ["true", "false", "gaussian", "eva", "orthogonal"];

    public static AdapterConfiguration Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(path, $"There is no {AdapterFiles.Configuration}; this is no adapter folder in PEFT layout.");
        }

        if (new FileInfo(path).Length is 0 or > MaxBytes)
        {
            throw new UserErrorException(path, $"The file is empty or larger than {MaxBytes} bytes.");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new UserErrorException(path, "This is no JSON object.");
            }

            var errors = Check(path, document.RootElement).ToList();
            UserErrorException.ThrowIfAny(errors);
            return Read(path, document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new UserErrorException(path, $"This is broken JSON: {exception.Message}");
        }
    }

    private static IEnumerable<UserError> Check(string path, JsonElement root)
    {
        var kind = root.TryGetProperty("peft_type", out var type) ? type.ToString() : "";
        if (kind != "LORA")
        {
            yield return new(path, $"peft_type is '{kind}'; LORA is built.");
        }

        if (root.TryGetProperty("bias", out var bias) && bias.ToString() is not ("none" or ""))
        {
            yield return new(path, $"bias is '{bias}'; only adapters without trained biases are built (none).");
        }

        foreach (var field in Unbuilt)
        {
            if (root.TryGetProperty(field, out var value) && !IsEmpty(value))
            {
                yield return new(path, $"{field} is {value.GetRawText()}; this option is not built.");
            }
        }

        if (root.TryGetProperty("init_lora_weights", out var start) && start.ValueKind != JsonValueKind.Null && !HarmlessStarts.Contains(start.ToString(), StringComparer.OrdinalIgnoreCase))
        {
            yield return new(path, $"init_lora_weights is '{start}': such an adapter belongs to weights that its start was taken out of, not to the base model. Save it with PEFT's save_pretrained(..., path_initial_model_for_weight_conversion=...), which writes an adapter of the base model.");
        }

        if (!root.TryGetProperty("r", out var rank) || rank.ValueKind != JsonValueKind.Number || !rank.TryGetInt32(out var r) || r < 1)
        {
            yield return new(path, "r is no whole number above 0.");
        }

        if (!root.TryGetProperty("lora_alpha", out var alpha) || alpha.ValueKind != JsonValueKind.Number)
        {
            yield return new(path, "lora_alpha is no number.");
        }

        var hasParameters = root.TryGetProperty(TargetParameters, out var parameters) && !IsEmpty(parameters);
        if (hasParameters && parameters.ValueKind != JsonValueKind.Array)
        {
            yield return new(path, $"{TargetParameters} is no list of names.");
        }

        if (hasParameters && Flag(root, "use_dora"))
        {
            yield return new(path, $"use_dora is true beside {TargetParameters}; adapters on experts have no magnitudes.");
        }

        var isListed = root.TryGetProperty("target_modules", out var targets) && targets.ValueKind is JsonValueKind.String or JsonValueKind.Array;
        if (!isListed && !(hasParameters && (targets.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)))
        {
            yield return new(path, "target_modules is neither a list of names nor a regular expression.");
        }
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.String => value.GetString()!.Length == 0,
        _ => false,
    };

    private static AdapterConfiguration Read(string path, JsonElement root)
    {
        root.TryGetProperty("target_modules", out var targets);
        return new AdapterConfiguration
        {
            Rank = root.GetProperty("r").GetInt32(),
            Alpha = root.GetProperty("lora_alpha").GetDouble(),
            RankStabilised = Flag(root, "use_rslora"),
            WeightDecomposed = Flag(root, "use_dora"),
            Dropout = root.TryGetProperty("lora_dropout", out var dropout) && dropout.ValueKind == JsonValueKind.Number ? dropout.GetDouble() : 0,
            Targets = targets.ValueKind switch
            {
                JsonValueKind.String => AdapterTargets.Parse(targets.GetString()!),
                JsonValueKind.Array => AdapterTargets.Of(Texts(path, targets, "target_modules")),
                _ => AdapterTargets.Of([]),
            },
            TargetParameters = root.TryGetProperty(TargetParameters, out var parameters) && parameters.ValueKind == JsonValueKind.Array ? Texts(path, parameters, TargetParameters) : [],
            RankPattern = Pattern(path, root, "rank_pattern"),
            AlphaPattern = Pattern(path, root, "alpha_pattern"),
            ModulesToSave = root.TryGetProperty("modules_to_save", out var saved) && saved.ValueKind == JsonValueKind.Array ? Texts(path, saved, "modules_to_save") : [],
            BaseModelName = root.TryGetProperty("base_model_name_or_path", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "",
        };
    }

    private static bool Flag(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static List<string> Texts(string path, JsonElement list, string field)
        => [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw new UserErrorException(path, $"{field} holds {item.GetRawText()}; expected names."))];

    private static List<KeyValuePair<string, double>> Pattern(string path, JsonElement root, string field)
        => root.TryGetProperty(field, out var pattern) && pattern.ValueKind == JsonValueKind.Object
            ? [.. pattern.EnumerateObject().Select(entry => entry.Value.ValueKind == JsonValueKind.Number
                ? KeyValuePair.Create(entry.Name, entry.Value.GetDouble())
                : throw new UserErrorException(path, $"{field}.{entry.Name} is no number."))]
            : [];

    /// <summary>The file's text.</summary>
    /// <remarks>
    /// The fields are those of PEFT 0.10. Newer versions take their defaults for what they added since; older ones refuse to load a file that
    /// has a field they do not know. Adapters on experts need PEFT 0.17 and name its field.
    /// </remarks>
    public static byte[] Write(AdapterSet adapters, string baseModelName)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in Fields(adapters, baseModelName))
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, value);
            }

            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static IEnumerable<(string Name, object? Value)> Fields(AdapterSet adapters, string baseModelName)
    {
        var configuration = adapters.Configuration;
        yield return ("alpha_pattern", Pattern(adapters, configuration.AlphaPattern, configuration.AlphaOf, configuration.Alpha));
        yield return ("auto_mapping", null);
        yield return ("base_model_name_or_path", baseModelName);
        yield return ("bias", "none");
        yield return ("fan_in_fan_out", false);
        yield return ("inference_mode", true);
        yield return ("init_lora_weights", true);
        yield return ("layer_replication", null);
        yield return ("layers_pattern", null);
        yield return ("layers_to_transform", null);
        yield return ("loftq_config", new Dictionary<string, object>());
        yield return ("lora_alpha", configuration.Alpha);
        yield return ("lora_dropout", configuration.Dropout);
        yield return ("megatron_config", null);
        yield return ("megatron_core", "megatron.core");
        yield return ("modules_to_save", configuration.ModulesToSave.Count == 0 ? null : configuration.ModulesToSave);
        yield return ("peft_type", "LORA");
        yield return ("r", configuration.Rank);
        yield return ("rank_pattern", Pattern(adapters, configuration.RankPattern, module => configuration.RankOf(module), configuration.Rank));
        yield return ("revision", null);
        yield return ("target_modules", Targets(adapters));
        if (configuration.TargetParameters.Count > 0)
        {
            yield return (TargetParameters, configuration.TargetParameters);
        }

        yield return ("task_type", "CAUSAL_LM");
        yield return ("use_dora", configuration.WeightDecomposed);
        yield return ("use_rslora", configuration.RankStabilised);
    }

    // all-linear is written out, as PEFT does: other readers know names only. In a model of text and images last parts would mean linears of both.
    private static object Targets(AdapterSet adapters)
    {
        if (adapters.Configuration.NamesWholeModel)
        {
            return adapters.Adapters.Keys.Select(WholeModelNames.Of).ToList();
        }

        var targets = adapters.Configuration.Targets;
        return targets.AllLinear
            ? adapters.Adapters.Keys.Select(module => module[(module.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()
            : targets.Pattern is { } pattern ? pattern : targets.Names;
    }

    private static Dictionary<string, double> Pattern(AdapterSet adapters, IReadOnlyList<KeyValuePair<string, double>> pattern, Func<string, double> valueOf, double most)
        => adapters.Configuration.NamesWholeModel
            ? AdapterConfiguration.Others(adapters.Adapters.Keys, valueOf, most).ToDictionary(pair => WholeModelNames.Of(pair.Key), pair => pair.Value, StringComparer.Ordinal)
            : pattern.ToDictionary(StringComparer.Ordinal);
}
