using System.Text.Json;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Pretraining.Text;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Pretraining;

/// <summary>Sets the embeddings of tokens that the text never used back to their random start.</summary>
/// <remarks>
/// Training pushes all of them in one direction, away from what it sees, until they are one vector: a head tied to it cannot tell them
/// apart, and no adapter beside the layers can change that. Bytes and pieces of pieces are such tokens, a fifth of a small vocabulary, and
/// later text is full of them.
/// </remarks>
internal static class UnusedTokens
{
    private const string Embedding = "model.embed_tokens.weight";
    private const string Weights = "model.safetensors";

    /// <summary>Writes a trained model anew.</summary>
    /// <param name="text">What it was trained on.</param>
    /// <param name="documents">How much of it.</param>
    /// <param name="start">The model before training.</param>
    /// <param name="trained">The model after training.</param>
    /// <param name="target">Receives the model.</param>
    /// <returns>How many tokens were never used.</returns>
    public static int Restore(PretrainingText text, int documents, string start, string trained, string target)
    {
        var used = Used(text, documents, Renderer.Load(trained));
        Directory.CreateDirectory(target);
        foreach (var name in FolderCopy.Companions(trained))
        {
            FolderCopy.File(Path.Combine(trained, name), Path.Combine(target, name));
        }

        using var scope = TensorScope.Enter();
        var before = SafetensorsFile.Open(Path.Combine(start, Weights)).Get(Embedding);
        var file = SafetensorsFile.Open(Path.Combine(trained, Weights));
        var tensors = file.Names.ToDictionary(name => name, file.Get);
        var embedding = tensors[Embedding].Clone();
        long[] unused = [.. Enumerable.Range(0, (int)embedding.Size(0)).Where(id => !used.Contains(id)).Select(id => (long)id)];
        foreach (var id in unused)
        {
            embedding.Select(0, id).CopyFrom(before.Select(0, id));
        }

        tensors[Embedding] = embedding;
        using var stream = File.Create(Path.Combine(target, Weights));
        SafetensorsWriter.Write(stream, tensors);
        return unused.Length;
    }

    private static HashSet<int> Used(PretrainingText text, int documents, Renderer renderer)
    {
        var used = new HashSet<int>();
        for (var number = 0; number < documents; number++)
        {
            using var row = JsonDocument.Parse(text.Line(number));
            used.UnionWith(renderer.RenderConversation(new Conversation(row.RootElement.GetProperty("messages"))).Ids);
        }

        return used;
    }
}
