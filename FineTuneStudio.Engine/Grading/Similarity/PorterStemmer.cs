namespace FineTuneStudio.Engine.Grading.Similarity;

/// <summary>Porter's stemmer for English (Porter 1980): <c>connections</c> and <c>connected</c> become <c>connect</c>.</summary>
internal static class PorterStemmer
{
    private static readonly (string Ending, string By)[] SecondStep =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("abli", "able"), ("alli", "al"),
        ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
        ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ];

    private static readonly (string Ending, string By)[] ThirdStep =
        [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

    private static readonly string[] FourthStep =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
    ];

    /// <summary>The stem of a word in lower case; words of fewer than three letters, or with others than a to z, stay.</summary>
    public static string Stem(string word)
    {
        if (word.Length < 3 || !word.All(char.IsAsciiLetterLower))
        {
            return word;
        }

        word = TrimPast(TrimPlural(word));
        if (word.EndsWith('y') && HasVowel(word[..^1]))
        {
            word = word[..^1] + "i";
        }

        word = Replace(Replace(word, SecondStep), ThirdStep);
        return TrimLast(TrimEnding(word));
    }

    private static string TrimPlural(string word) => word switch
    {
        _ when word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("ies", StringComparison.Ordinal) => word[..^2],
        _ when word.EndsWith("ss", StringComparison.Ordinal) || !word.EndsWith('s') => word,
        _ => word[..^1],
    };

    private static string TrimPast(string word)
    {
        if (word.EndsWith("eed", StringComparison.Ordinal))
        {
            return Measure(word[..^3]) > 0 ? word[..^1] : word;
        }

        var stem = word.EndsWith("ed", StringComparison.Ordinal) ? word[..^2] : word.EndsWith("ing", StringComparison.Ordinal) ? word[..^3] : null;
        if (stem is null || !HasVowel(stem))
        {
            return word;
        }

        if (stem.EndsWith("at", StringComparison.Ordinal) || stem.EndsWith("bl", StringComparison.Ordinal) || stem.EndsWith("iz", StringComparison.Ordinal))
        {
            return stem + "e";
        }

        if (EndsInDoubleConsonant(stem) && stem[^1] is not ('l' or 's' or 'z'))
        {
            return stem[..^1];
        }

        return Measure(stem) == 1 && EndsShort(stem) ? stem + "e" : stem;
    }

    // The longest ending decides, even where its stem is too short to lose it.
    private static string Replace(string word, (string Ending, string By)[] rules)
    {
        var rule = rules.Where(rule => word.EndsWith(rule.Ending, StringComparison.Ordinal)).OrderByDescending(rule => rule.Ending.Length).FirstOrDefault();
        return rule.Ending is not null && Measure(word[..^rule.Ending.Length]) > 0 ? word[..^rule.Ending.Length] + rule.By : word;
    }

    private static string TrimEnding(string word)
    {
        var ending = FourthStep.Where(ending => word.EndsWith(ending, StringComparison.Ordinal)).MaxBy(ending => ending.Length);
        if (ending is null || Measure(word[..^ending.Length]) <= 1)
        {
            return word;
        }

        var stem = word[..^ending.Length];
        return ending == "ion" && !(stem.EndsWith('s') || stem.EndsWith('t')) ? word : stem;
    }

    private static string TrimLast(string word)
    {
        if (word.EndsWith('e'))
        {
            var measure = Measure(word[..^1]);
            word = measure > 1 || (measure == 1 && !EndsShort(word[..^1])) ? word[..^1] : word;
        }

        return Measure(word) > 1 && word.EndsWith("ll", StringComparison.Ordinal) ? word[..^1] : word;
    }

    private static bool IsConsonant(string word, int index) => word[index] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => index == 0 || !IsConsonant(word, index - 1),
        _ => true,
    };

    private static bool HasVowel(string word) => Enumerable.Range(0, word.Length).Any(index => !IsConsonant(word, index));

    // How often a consonant follows a vowel: Porter's m.
    private static int Measure(string word)
        => Enumerable.Range(1, Math.Max(word.Length - 1, 0)).Count(index => IsConsonant(word, index) && !IsConsonant(word, index - 1));

    private static bool EndsInDoubleConsonant(string word) => word.Length > 1 && word[^1] == word[^2] && IsConsonant(word, word.Length - 1);

    private static bool EndsShort(string word) => word.Length > 2
        && IsConsonant(word, word.Length - 3) && !IsConsonant(word, word.Length - 2) && IsConsonant(word, word.Length - 1) && word[^1] is not ('w' or 'x' or 'y');
}
