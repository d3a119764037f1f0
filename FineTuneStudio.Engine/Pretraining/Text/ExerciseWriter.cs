using System.Globalization;

namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>Small exercises with one right answer: arithmetic, counting, copying, ordering.</summary>
internal sealed class ExerciseWriter(Grammar grammar)
{
    private static readonly string[] LetterWords = ["letters", "characters"];

    /// <summary>A question and its answer.</summary>
    public (string Question, string Answer) Write(TextRandom random) => random.Below(10) switch
    {
        < 4 => Arithmetic(random),
        4 => Comparison(random),
        5 or 6 => Copying(random),
        7 => Ordering(random),
        8 => Counting(random),
        _ => Completion(random),
    };

    private static (string Question, string Answer) Arithmetic(TextRandom random)
    {
        var (left, right) = (random.Below(100), random.Below(100));
        var (sign, word, result) = random.Below(3) switch
        {
            0 => ("+", "plus", left + right),
            1 => ("-", "minus", left - right),
            _ => ("*", "times", (left %= 13) * (right %= 13)),
        };
        var question = random.Below(4) switch
        {
            0 => $"{left} {sign} {right} =",
            1 => $"What is {left} {word} {right}?",
            2 => $"Calculate {left} {sign} {right}.",
            _ => $"{left} {word} {right}?",
        };
        return (question, result.ToString(CultureInfo.InvariantCulture));
    }

    private static (string Question, string Answer) Comparison(TextRandom random)
    {
        var (left, right) = (random.Below(1000), random.Below(1000));
        var larger = random.Chance(50);
        var answer = larger ? Math.Max(left, right) : Math.Min(left, right);
        return ($"Which number is {(larger ? "larger" : "smaller")}: {left} or {right}?", answer.ToString(CultureInfo.InvariantCulture));
    }

    private (string Question, string Answer) Copying(TextRandom random)
    {
        var text = random.Chance(50) ? string.Join(' ', Words(random, random.Between(2, 8))) : grammar.Expand("noun_phrase", random);
        return random.Below(5) switch
        {
            0 => ($"Write this in capital letters: {text}", text.ToUpperInvariant()),
            1 => ($"Write the words with underscores between them: {text}", text.Replace(' ', '_')),
            2 => ($"Write the words backwards: {text}", string.Join(' ', text.Split(' ').Reverse())),
            3 => ($"Repeat: {text}", text),
            _ => ($"Say \"{text}\".", text),
        };
    }

    private (string Question, string Answer) Ordering(TextRandom random)
    {
        if (random.Chance(50))
        {
            var words = Words(random, random.Between(3, 5));
            return ($"Sort these words: {string.Join(", ", words)}", string.Join(", ", words.Order(StringComparer.Ordinal)));
        }

        var numbers = Enumerable.Range(0, random.Between(3, 5)).Select(_ => random.Below(100)).ToList();
        return ($"Sort these numbers: {string.Join(", ", numbers)}", string.Join(", ", numbers.Order()));
    }

    private (string Question, string Answer) Counting(TextRandom random)
    {
        if (random.Chance(50))
        {
            var words = Words(random, random.Between(2, 9));
            return ($"How many words are in: {string.Join(' ', words)}", words.Count.ToString(CultureInfo.InvariantCulture));
        }

        var word = Words(random, 1)[0];
        return ($"How many {random.Pick(LetterWords)} has the word {word}?", word.Length.ToString(CultureInfo.InvariantCulture));
    }

    private (string Question, string Answer) Completion(TextRandom random)
    {
        var words = Words(random, random.Between(3, 6));
        return random.Below(3) switch
        {
            0 => ($"What is the first word: {string.Join(' ', words)}", words[0]),
            1 => ($"What is the last word: {string.Join(' ', words)}", words[^1]),
            _ => ($"Which word comes after {words[1]}: {string.Join(' ', words)}", words[2]),
        };
    }

    private List<string> Words(TextRandom random, int count)
    {
        string[] kinds = ["thing", "animal", "colour", "place", "job", "mood"];
        var words = new List<string>();
        while (words.Count < count)
        {
            var word = grammar.Expand(random.Pick(kinds), random);
            if (!word.Contains(' ', StringComparison.Ordinal) && !words.Contains(word))
            {
                words.Add(word);
            }
        }

        return words;
    }
}
