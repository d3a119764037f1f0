using System.Text.Json.Nodes;

namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>Rotary embedding, straight from its formulas.</summary>
/// <param name="Frequencies">Radians per position. <c>[R/2]</c></param>
/// <param name="Factor">On cosine and sine.</param>
internal sealed record ReferenceRope(double[] Frequencies, double Factor)
{
    /// <summary>The rope of a configuration.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="width">Of a head, or of the part of it that turns.</param>
    /// <param name="length">Of the sequence.</param>
    /// <param name="layerType">Whose parameters count where there is an object for each type of layer.</param>
    public static ReferenceRope Of(ReferenceConfig config, int width, int length, string? layerType = null)
    {
        var scaling = config.Object("rope_parameters") ?? config.Object("rope_scaling");
        if (layerType is not null && scaling?[layerType] is JsonObject own)
        {
            scaling = own;
        }

        double Get(string name, double otherwise) => ReferenceConfig.NumberOf(scaling?[name]) ?? otherwise;
        var theta = Get("rope_theta", config.Number("rope_theta"));
        var size = (int)(width * Get("partial_rotary_factor", config.Number("partial_rotary_factor", 1)));
        var context = config.Number("max_position_embeddings");
        var trained = Get("original_max_position_embeddings", config.Number("original_max_position_embeddings", context));
        var plain = Plain(theta, size);
        switch ((scaling?["rope_type"] ?? scaling?["type"])?.GetValue<string>() ?? "default")
        {
            case "default":
                return new(plain, 1);
            case "linear":
                return new(Array.ConvertAll(plain, frequency => frequency / Get("factor", 1)), 1);
            case "dynamic":
                var stretch = (Get("factor", 1) * Math.Max(length, context) / context) - (Get("factor", 1) - 1);
                return new(Plain(theta * Math.Pow(stretch, size / (size - 2.0)), size), 1);
            case "llama3":
                return new(Array.ConvertAll(plain, frequency => Llama3(frequency, Get("factor", 1), Get("low_freq_factor", 1), Get("high_freq_factor", 4), trained)), 1);
            case "longrope" or "su":
                var factors = (length > trained ? scaling!["long_factor"] : scaling!["short_factor"])!.AsArray();
                var ratio = Get("factor", context / trained);
                return new(
                    [.. plain.Select((frequency, pair) => frequency / ReferenceConfig.NumberOf(factors[pair])!.Value)],
                    Get("attention_factor", ratio <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(ratio) / Math.Log(trained)))));
            case "yarn":
                var factor = Get("factor", context / trained);
                var (one, all) = (Get("mscale", 0), Get("mscale_all_dim", 0));
                var attention = one > 0 && all > 0 ? Scale(factor, one) / Scale(factor, all) : Scale(factor, 1);
                return new(Yarn(plain, theta, factor, trained, Get("beta_fast", 32), Get("beta_slow", 1), scaling!["truncate"]?.GetValue<bool>() ?? true), Get("attention_factor", attention));
            case var other:
                throw new NotSupportedException(other);
        }
    }

    /// <summary>YaRN's factor for a stretch, weighted.</summary>
    public static double Scale(double factor, double weight) => factor <= 1 ? 1 : (0.1 * weight * Math.Log(factor)) + 1;

    /// <summary>Turns the first elements of a head.</summary>
    /// <param name="head">Changed in place.</param>
    /// <param name="first">Where the part that turns begins.</param>
    /// <param name="position">Of the token.</param>
    /// <param name="neighbours">Whether neighbours turn together, instead of halves.</param>
    public void Turn(double[] head, int first, int position, bool neighbours = false)
    {
        var half = Frequencies.Length;
        for (var pair = 0; pair < half; pair++)
        {
            var (left, right) = neighbours ? (first + (2 * pair), first + (2 * pair) + 1) : (first + pair, first + pair + half);
            var (cos, sin) = (Factor * Math.Cos(position * Frequencies[pair]), Factor * Math.Sin(position * Frequencies[pair]));
            (head[left], head[right]) = ((head[left] * cos) - (head[right] * sin), (head[right] * cos) + (head[left] * sin));
        }
    }

    /// <summary>Frequencies without any scaling.</summary>
    public static double[] Plain(double theta, int size) => [.. Enumerable.Range(0, size / 2).Select(pair => Math.Pow(theta, -2.0 * pair / size))];

    private static double Llama3(double frequency, double factor, double low, double high, double trained)
    {
        var wave = 2 * Math.PI / frequency;
        var smooth = ((trained / wave) - low) / (high - low);
        return wave > trained / low ? frequency / factor : wave < trained / high ? frequency : ((1 - smooth) * frequency / factor) + (smooth * frequency);
    }

    private static double[] Yarn(double[] plain, double theta, double factor, double trained, double fast, double slow, bool truncate)
    {
        var size = 2 * plain.Length;
        double Dimension(double rotations) => size * Math.Log(trained / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
        var (low, high) = (Dimension(fast), Dimension(slow));
        (low, high) = truncate ? (Math.Floor(low), Math.Ceiling(high)) : (low, high);
        (low, high) = (Math.Max(low, 0), Math.Min(high, size - 1));
        var width = high == low ? 0.001 : high - low;
        return [.. plain.Select((frequency, pair) =>
        {
            var ramp = Math.Clamp((pair - low) / width, 0, 1);
            return (frequency / factor * ramp) + (frequency * (1 - ramp));
        })];
    }
}
