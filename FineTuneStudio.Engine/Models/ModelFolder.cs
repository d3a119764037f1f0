using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Models;

/// <summary>A folder in Hugging Face layout, looked at from outside: configuration, headers and names, no weights.</summary>
public static class ModelFolder
{
    /// <summary>Checks a folder and describes it.</summary>
    /// <exception cref="UserErrorException">The engine could not train it; every fault at once.</exception>
    public static ModelDescription Inspect(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException(folder, File.Exists(folder)
                ? "This is a file; expected a folder with config.json, safetensors and tokenizer.json."
                : "There is no such folder.");
        }

        var errors = new List<UserError>();
        var config = Try(() => ModelConfigFile.Read(folder), errors);
        var files = Try(() => Weights(SafetensorsFolder.Open(folder)), errors);
        var tokenizer = Try(() => TokenizerFacts.Read(folder), errors);
        if (config is not null && files is not null)
        {
            errors.AddRange(WeightCheck.Faults(config, files));
        }

        if (config is not null && tokenizer is { LargestOwnId: { } largest } && largest >= config.VocabularySize)
        {
            errors.Add(new(Path.Combine(folder, TokenizerFacts.FileName), $"The tokenizer has the id {largest}, but the embedding only {config.VocabularySize} rows. They belong to different models."));
        }

        UserErrorException.ThrowIfAny(errors);
        return Describe(folder, config!, files!, tokenizer!);
    }

    /// <summary>The linears that an adapter may stand beside, from the configuration alone.</summary>
    /// <exception cref="UserErrorException">No model, or one that is not built.</exception>
    public static IReadOnlyList<LinearShape> Linears(string folder) => WeightPlan.Linears(ModelConfigFile.Read(folder));

    /// <summary>A folder's weights as numbers by a text model's names, whatever it holds them in and calls them.</summary>
    /// <exception cref="UserErrorException">A quantised weight lacks a part, or one does not fit.</exception>
    internal static ITensorSource Weights(SafetensorsFolder files) => TextPartSource.Of(DequantisedSource.Of(files));

    private static ModelDescription Describe(string folder, ModelConfig config, ITensorSource files, TokenizerFacts tokenizer)
    {
        var entries = WeightPlan.Of(config).Select(slot => files.Find(slot.Name)).OfType<SafetensorsEntry>().ToList();
        return new ModelDescription
        {
            Family = config.Family,
            Parameters = entries.Sum(entry => entry.Elements),
            ActiveParameters = entries.Sum(entry => entry.Elements) - config.IdleParameters,
            Experts = config.Experts,
            CacheElements = config.Layers.Sum(layer => layer.Attention.Cache.Elements),
            ContextLength = config.ContextLength,
            StoredType = entries.GroupBy(entry => entry.Type.Name, StringComparer.Ordinal).MaxBy(group => group.Sum(entry => entry.Elements))!.Key,
            VocabularySize = config.VocabularySize,
            HiddenSize = config.HiddenSize,
            Layers = config.Layers.Count,
            IsTextPart = config.IsTextPart,
            HasTokenizer = tokenizer.Exists,
            HasChatTemplate = tokenizer.HasChatTemplate,
            Licence = ModelLicence.Find(folder),
            Bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
            Notes = [.. Notes(config, files, tokenizer)],
        };
    }

    private static IEnumerable<string> Notes(ModelConfig config, ITensorSource files, TokenizerFacts tokenizer)
    {
        if (config.IsTextPart)
        {
            yield return $"This is a model of text and images: its text model alone is trained and answers. {Counted.Text(files.Beside.Count, "tensor")} ({ByteSize.Text(files.BesideBytes)}) of the part that sees images are left out of account; a merged export keeps them as they are.";
        }

        if (!tokenizer.Exists)
        {
            yield return $"There is no {TokenizerFacts.FileName}; text can neither be trained on nor generated.";
        }
        else if (!tokenizer.HasChatTemplate)
        {
            yield return "There is no chat template; a plain one is used for conversations.";
        }

        if (tokenizer.LargestId >= config.VocabularySize)
        {
            yield return $"The tokenizer has added tokens up to {tokenizer.LargestId}, but the embedding only {config.VocabularySize} rows; those beyond are read as plain text.";
        }

        if (tokenizer.LargestId is { } largest && largest + 1 < config.VocabularySize)
        {
            yield return $"The embedding has {config.VocabularySize} rows for {largest + 1} tokens; the rest is padding.";
        }
    }

    private static T? Try<T>(Func<T> read, List<UserError> errors)
        where T : class
    {
        try
        {
            return read();
        }
        catch (UserErrorException exception)
        {
            errors.AddRange(exception.Errors);
            return null;
        }
    }
}
