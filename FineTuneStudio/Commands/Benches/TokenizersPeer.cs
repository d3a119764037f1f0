using System.Globalization;
using System.Text.Json;

namespace FineTuneStudio.Commands.Benches;

/// <summary>Hugging Face's native tokenizers, one thread.</summary>
internal sealed class TokenizersPeer(NodePeer node)
{
    /// <summary>The other library, or <c>null</c> where it cannot be had.</summary>
    public static TokenizersPeer? Find() => NodePeer.Find("tokenizers-peer") is { } node ? new TokenizersPeer(node) : null;

    /// <summary>Its best pass over the texts, in seconds, and the checksum of its ids.</summary>
    public (double Seconds, int Checksum)? Measure(string tokenizerPath, string textsPath, int passes)
    {
        var output = node.Run(
            "measure.mjs", [tokenizerPath, textsPath, passes.ToString(CultureInfo.InvariantCulture)], "",
            ("RAYON_NUM_THREADS", "1"), ("UV_THREADPOOL_SIZE", "1"), ("TOKENIZERS_PARALLELISM", "false"));
        if (output is null)
        {
            return null;
        }

        var result = JsonElement.Parse(output);
        return (result.GetProperty("seconds").GetDouble(), result.GetProperty("checksum").GetInt32());
    }
}
