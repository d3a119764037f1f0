using System.Globalization;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Similarity;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>repetition</c>: the share of runs of words that stand in a text for the first time; 1 where nothing is said twice.</summary>
internal sealed class RepetitionGrader(GraderFields fields, string name) : IGrader
{
    public const string TypeName = "repetition";
    private readonly TextTemplate _input = fields.Template("input", "{{sample.output_text}}");
    private readonly int _length = fields.Integer("ngram", 3, 1, 100);

    public string Name => name;

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var words = Words.Plain(_input.Render(sample));
        var runs = words.Length - _length + 1;
        if (runs < 1)
        {
            return Grade.Scored(1, $"{words.Length} words: too few to repeat a run of {_length}.");
        }

        var counts = Words.NGrams(words, _length);
        var most = counts.MaxBy(entry => entry.Value);
        return Grade.Scored(
            (double)counts.Count / runs,
            string.Create(CultureInfo.InvariantCulture, $"{counts.Count} of {runs} runs of {_length} words are new{(most.Value > 1 ? $"; {Quote.Short(most.Key)} stands there {most.Value} times" : "")}."));
    }
}
