using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Models;

/// <summary>What a model folder says about itself.</summary>
internal sealed record ModelInspection(string Architecture, long Parameters, int ContextLength)
{
    /// <exception cref="UserErrorException">The folder is no model that the engine can train.</exception>
    public static ModelInspection Of(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
        {
            throw new UserErrorException(folder, "This is no model folder: there is no config.json. Point at a folder in Hugging Face layout (config.json, *.safetensors, tokenizer.json).");
        }

        using var config = JsonDocument.Parse(File.ReadAllBytes(path));
        return new ModelInspection(
            config.RootElement.TryGetProperty("model_type", out var type) ? type.GetString() ?? "" : "",
            Parameters: 0,
            config.RootElement.TryGetProperty("max_position_embeddings", out var length) ? length.GetInt32() : 0);
    }
}
