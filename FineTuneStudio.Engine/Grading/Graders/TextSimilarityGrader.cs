using System.Globalization;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Similarity;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>text_similarity</c>: how near one text is to another, from 0 to 1, by a metric that needs no model.</summary>
internal sealed class TextSimilarityGrader : IGrader
{
    public const string TypeName = "text_similarity";

    private static readonly Dictionary<string, Func<string, string, double>> Metrics = new(StringComparer.Ordinal)
    {
        ["fuzzy_match"] = FuzzyMatch.Score,
        ["bleu"] = Bleu.Score,
        ["gleu"] = Gleu.Score,
        ["meteor"] = Meteor.Score,
        ["rouge_1"] = (input, reference) => Rouge.OfNGrams(input, reference, 1),
        ["rouge_2"] = (input, reference) => Rouge.OfNGrams(input, reference, 2),
        ["rouge_3"] = (input, reference) => Rouge.OfNGrams(input, reference, 3),
        ["rouge_4"] = (input, reference) => Rouge.OfNGrams(input, reference, 4),
        ["rouge_5"] = (input, reference) => Rouge.OfNGrams(input, reference, 5),
        ["rouge_l"] = Rouge.OfLongestCommonSubsequence,
    };

    private readonly TextTemplate _input;
    private readonly TextTemplate _reference;
    private readonly string _metric;
    private readonly double? _threshold;

    public TextSimilarityGrader(GraderFields fields, string name)
    {
        Name = name;
        _input = fields.Template("input");
        _reference = fields.Template("reference");
        _threshold = fields.OptionalNumber("pass_threshold", 0, 1);
        _metric = fields.Text("evaluation_metric");
        if (_metric == "cosine")
        {
            fields.Fault("evaluation_metric", $"Found 'cosine', which compares embeddings of a model that this studio does not have; expected one of {string.Join(", ", Metrics.Keys)}.");
        }
        else if (_metric.Length > 0 && !Metrics.ContainsKey(_metric))
        {
            fields.Fault("evaluation_metric", $"Found '{_metric}'; expected one of {string.Join(", ", Metrics.Keys)}.");
        }
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var input = _input.Render(sample);
        var reference = _reference.Render(sample);
        var score = Metrics[_metric](input, reference);
        var reason = string.Create(CultureInfo.InvariantCulture, $"{_metric} of {Quote.Short(input)} to {Quote.Short(reference)} is {score:0.###}.");
        return Grade.Scored(score, reason) with { Passed = _threshold is { } threshold ? score >= threshold : null };
    }
}
