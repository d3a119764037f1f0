using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration.Families;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Reads <c>config.json</c>. What is not built is refused here, by name, before any weight is touched.</summary>
public static class ModelConfigFile
{
    /// <summary>The file's name.</summary>
    public const string FileName = "config.json";

    private const long MaxBytes = 64 << 20;

    // Their tensors tell the rest: Engine/Quantisation finds them by what stands beside them.
    private static readonly string[] ReadableQuantisations = ["bitsandbytes in 4 bits", "fp8 in blocks", "mxfp4"];

    /// <summary>Architectures that are built, by <c>model_type</c>.</summary>
    public static IReadOnlyList<string> KnownFamilies => ModelFamilies.Names;

    /// <summary>Reads the file of a model folder.</summary>
    /// <exception cref="UserErrorException">No such file, broken, or a model that is not built; every fault at once.</exception>
    public static ModelConfig Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new UserErrorException(folder, Directory.Exists(folder)
                ? $"There is no {FileName}; a model folder in Hugging Face layout has {FileName}, safetensors and tokenizer.json."
                : "There is no such folder.");
        }

        if (new FileInfo(path).Length is 0 or > MaxBytes)
        {
            throw new UserErrorException(path, $"The file is empty or larger than {MaxBytes} bytes.");
        }

        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads the file's text.</summary>
    /// <param name="json">JSON in UTF-8.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="UserErrorException">Broken, or a model that is not built; every fault at once.</exception>
    public static ModelConfig Parse(ReadOnlyMemory<byte> json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Parse(document.RootElement, source)
                : throw new UserErrorException(source, "This is no JSON object.");
        }
        catch (JsonException exception)
        {
            throw new UserErrorException(source, $"This is broken JSON: {exception.Message}");
        }
    }

    private static ModelConfig Parse(JsonElement root, string source)
    {
        var errors = new List<UserError>();
        var fields = new ConfigFields(source, root, errors);
        var type = fields.Text("model_type", "");
        var family = ModelFamilies.Find(type);
        if (family is null)
        {
            errors.Add(new(source, UnknownArchitecture(type, fields.Texts("architectures") is [var first, ..] ? first : null)));
        }

        if (fields.Object("quantization_config") is { } quantization && Unreadable(quantization) is { } kind)
        {
            errors.Add(new(source, $"The weights are quantised ({kind}), which is not read; {string.Join(", ", ReadableQuantisations)} are. Use the model's unquantised weights."));
        }

        var config = family?.Read(fields.WithDefaults(family.Defaults), family);
        UserErrorException.ThrowIfAny(errors);
        return config!;
    }

    // What a folder's weights are in, where that is not read.
    private static string? Unreadable(ConfigFields quantization) => quantization.Text("quant_method", "unknown method") switch
    {
        "bitsandbytes" => quantization.Flag("load_in_8bit", false) ? "bitsandbytes in 8 bits" : null,
        "fp8" => quantization.Has("weight_block_size") ? null : "fp8 with one scale for each weight",
        "mxfp4" => null,
        var method => method,
    };

    private static string UnknownArchitecture(string type, string? architecture)
    {
        if (type.Length == 0)
        {
            return $"model_type is missing; this is no config.json of a language model. Known are {string.Join(", ", KnownFamilies)}.";
        }

        var nearest = KnownFamilies.MinBy(name => Distance(name, type))!;
        var hint = Distance(nearest, type) <= Math.Max(nearest.Length, type.Length) * 2 / 3 ? $" The nearest is {nearest}." : "";
        return $"The architecture '{type}'{(architecture is null ? "" : $" ({architecture})")} is not built; known are {string.Join(", ", KnownFamilies)}.{hint}";
    }

    // Levenshtein's distance, one row at a time.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
