using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Application.Models.Hub;

/// <summary>Which files of a repository make a model here: configuration, tokenizer, templates, weights, licence. Nothing else is fetched.</summary>
internal static class HubSelection
{
    private const string Card = "README.md";

    /// <summary>The files that are small and fetched first; the index of shards is among them.</summary>
    /// <exception cref="UserErrorException">The repository holds no model in this form.</exception>
    public static IReadOnlyList<HubFile> Small(IReadOnlyList<HubFile> files, HubAddress address)
    {
        if (files.All(file => file.Name != "config.json"))
        {
            throw new UserErrorException(address.ToString(), "The repository has no config.json; it holds no model in Hugging Face layout.");
        }

        if (!files.Any(IsWeights))
        {
            var other = files.FirstOrDefault(file => Path.GetExtension(file.Name) is ".bin" or ".pth" or ".gguf")?.Name;
            throw new UserErrorException(address.ToString(), other is null
                ? "The repository has no safetensors."
                : $"The repository has {other}, but no safetensors. Only safetensors is read, because pickled files can run code; look for a conversion of the model.");
        }

        return [.. files.Where(file => CompanionFiles.Contains(file.Name) || AdditionalTemplates.Contains(file.Name)
            || file.Name is Card or SafetensorsFolder.IndexFileName || file.Name.StartsWith("LICENCE", StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>The files with weights: one, or those that the index names.</summary>
    /// <param name="files">Of the repository.</param>
    /// <param name="folder">Holds the index, where there is one.</param>
    /// <param name="address">For messages.</param>
    /// <exception cref="UserErrorException">The index names what is no plain file name, or a file that is not there.</exception>
    public static IReadOnlyList<HubFile> Weights(IReadOnlyList<HubFile> files, string folder, HubAddress address)
    {
        if (files.FirstOrDefault(file => file.Name == SafetensorsFolder.SingleFileName) is { } single)
        {
            return [single];
        }

        var index = Path.Combine(folder, SafetensorsFolder.IndexFileName);
        if (!File.Exists(index))
        {
            throw new UserErrorException(address.ToString(), $"The repository has neither {SafetensorsFolder.SingleFileName} nor {SafetensorsFolder.IndexFileName}.");
        }

        return [.. SafetensorsFolder.ShardNames(index).Select(name => files.FirstOrDefault(file => file.Name == name)
            ?? throw new UserErrorException(address.ToString(), $"{SafetensorsFolder.IndexFileName} names {name}, which the repository does not have."))];
    }

    private static bool IsWeights(HubFile file) => file.Name.EndsWith(".safetensors", StringComparison.Ordinal);
}
