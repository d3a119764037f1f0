using FineTuneStudio.Engine.Templates;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>The learnt stretches of a rendered text, each with its weight, in order.</summary>
internal sealed class LearntSpans
{
    public List<(TextSpan Span, float Weight)> Parts { get; } = [];

    public List<string> Warnings { get; } = [];

    public void Add(TextSpan span, float weight)
    {
        if (span.Length > 0 && weight > 0)
        {
            Parts.Add((span, weight));
        }
    }

    /// <summary>The weight of each token: that of the stretch it begins in.</summary>
    public float[] Weigh(TextSpan[] tokens)
    {
        var weights = new float[tokens.Length];
        var part = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            while (part < Parts.Count && Parts[part].Span.End <= tokens[i].Start)
            {
                part++;
            }

            if (part < Parts.Count && tokens[i].Start >= Parts[part].Span.Start)
            {
                weights[i] = Parts[part].Weight;
            }
        }

        return weights;
    }
}
