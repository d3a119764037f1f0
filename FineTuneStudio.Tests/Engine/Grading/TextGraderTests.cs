using FineTuneStudio.Engine.Contracts.Grading;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Graders that compare or measure texts.</summary>
public sealed class TextGraderTests
{
    private static readonly string[] Metrics = ["fuzzy_match", "bleu", "gleu", "meteor", "rouge_1", "rouge_2", "rouge_3", "rouge_4", "rouge_5", "rouge_l"];

    [Theory]
    [InlineData("eq", "Paris", "Paris", 1)]
    [InlineData("eq", "paris", "Paris", 0)]
    [InlineData("ne", "paris", "Paris", 1)]
    [InlineData("ne", "Paris", "Paris", 0)]
    [InlineData("like", "It is Paris.", "Paris", 1)]
    [InlineData("like", "It is paris.", "Paris", 0)]
    [InlineData("ilike", "It is PARIS.", "paris", 1)]
    [InlineData("ilike", "It is Rome.", "paris", 0)]
    public void StringCheck_EachOperation_DoesWhatItSays(string operation, string output, string answer, double expected)
        => Assert.Equal(expected, Graders.Compare("string_check", output, answer, ("operation", operation)).Score);

    // By hand from the definitions: fuzzy 2·LCS/(m+n); rouge F1; gleu shared over the longer; bleu with 1 added from two words on.
    [Theory]
    [InlineData("fuzzy_match", "this is a test", "this is a test!", 28.0 / 29)]
    [InlineData("fuzzy_match", "kitten", "sitting", 8.0 / 13)]
    [InlineData("fuzzy_match", "😀a", "😀b", 0.5)]
    [InlineData("fuzzy_match", "", "", 1)]
    [InlineData("fuzzy_match", "", "x", 0)]
    [InlineData("rouge_1", "The quick brown fox", "the quick dog", 4.0 / 7)]
    [InlineData("rouge_2", "the quick brown fox", "the quick dog", 2.0 / 5)]
    [InlineData("rouge_3", "a b c d", "a b c e", 0.5)]
    [InlineData("rouge_4", "a b c d", "a b c d e", 2.0 / 3)]
    [InlineData("rouge_5", "a b c d", "a b c d", 0)]
    [InlineData("rouge_l", "police killed the gunman", "police kill the gunman", 0.75)]
    [InlineData("rouge_l", "the gunman kill police", "police kill the gunman", 0.5)]
    [InlineData("gleu", "the cat sat", "the cat ran", 0.5)]
    [InlineData("gleu", "the cat", "the cat sat", 0.5)]
    [InlineData("bleu", "the cat sat", "the cat ran", 0.6057068642773799)]
    [InlineData("bleu", "the", "the cat", 0.36787944117144233)]
    [InlineData("bleu", "dog", "the cat", 0)]
    [InlineData("meteor", "dogs", "dog", 0.5)]
    [InlineData("meteor", "the cat sat on the mat", "on the mat sat the cat", 0.9375)]
    [InlineData("meteor", "the cat was sat on the mat", "the cat sat on the mat", 0.9653916211293262)]
    public void TextSimilarity_AMetric_EqualsItsDefinition(string metric, string output, string answer, double expected)
        => Assert.Equal(expected, Graders.Compare("text_similarity", output, answer, ("evaluation_metric", metric)).Score!.Value, 1e-9);

    [Fact]
    public void TextSimilarity_AnyTexts_StaysInRangeAndEqualTextsScoreMost()
        => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), ArbMap.Default.ArbFor<NonNull<string>>(), (left, right) => Metrics.All(metric =>
        {
            var score = Graders.Compare("text_similarity", left.Get, right.Get, ("evaluation_metric", metric)).Score!.Value;
            var same = Graders.Compare("text_similarity", right.Get, right.Get, ("evaluation_metric", metric)).Score!.Value;
            return score is >= 0 and <= 1 && (score <= same + 1e-12 || same == 0);
        })).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("caresses", "caress")]
    [InlineData("ponies", "poni")]
    [InlineData("agreed", "agre")]
    [InlineData("hopping", "hop")]
    [InlineData("filing", "file")]
    [InlineData("relational", "relat")]
    [InlineData("generalizations", "gener")]
    [InlineData("adoption", "adopt")]
    [InlineData("controlling", "control")]
    [InlineData("rate", "rate")]
    [InlineData("sky", "sky")]
    public void Stem_OfThePublishedExamples_IsTheirs(string word, string stem)
        => Assert.Equal(stem, FineTuneStudio.Engine.Grading.Similarity.PorterStemmer.Stem(word));

    [Fact]
    public void TextSimilarity_WithThreshold_SaysWhetherItPasses()
    {
        Assert.True(Graders.Compare("text_similarity", "abcd", "abce", ("evaluation_metric", "fuzzy_match"), ("pass_threshold", 0.75)).Passed);
        Assert.False(Graders.Compare("text_similarity", "abcd", "abce", ("evaluation_metric", "fuzzy_match"), ("pass_threshold", 0.8)).Passed);
        Assert.Null(Graders.Compare("text_similarity", "a", "a", ("evaluation_metric", "fuzzy_match")).Passed);
    }

    [Theory]
    [InlineData("\\d+", "search", "it is 42", 1)]
    [InlineData("\\d+", "full", "it is 42", 0)]
    [InlineData("a|ab", "full", "ab", 1)]
    [InlineData("(.)\\1", "search", "hello", 1)]
    public void Regex_APattern_IsSearchedOrFitsAll(string pattern, string match, string output, double expected)
        => Assert.Equal(expected, Graders.Evaluate("regex", new { pattern, match }, output).Score);

    [Fact]
    public void Regex_Forbidden_TurnsTheScore() => Assert.Equal(0, Graders.Evaluate("regex", new { pattern = "sorry", forbid = true, ignore_case = true }, "Sorry!").Score);

    [Fact]
    public void Regex_ExponentialPattern_IsAnErrorAfterItsTime()
    {
        var grade = Graders.Evaluate("regex", new { pattern = "^(?=x?)(a+)+$" }, new string('a', 60) + "b");

        Assert.Equal((null, GradeErrorKind.Timeout), (grade.Score, grade.Error));
    }

    [Theory]
    [InlineData("words", 2, 3, 0, "one two", 1)]
    [InlineData("words", 2, 3, 0, "one", 0)]
    [InlineData("characters", 0, 3, 0, "😀😀😀", 1)]
    [InlineData("characters", 0, 3, 3, "abcde", 0.5)]
    [InlineData("characters", 5, 9, 1, "abc", 0)]
    [InlineData("lines", 2, 2, 0, "a\nb\n", 1)]
    public void Length_BetweenAndBeside_IsOneAndFalls(string unit, int min, int max, int margin, string output, double expected)
        => Assert.Equal(expected, Graders.Evaluate("length", new { unit, min, max, margin }, output).Score);

    [Theory]
    [InlineData("<think>a</think>\n<answer>b</answer>", 1)]
    [InlineData("<answer>b</answer><think>a</think>", 0)]
    [InlineData("<think>a</think>", 0)]
    [InlineData("<think>a</think> so <answer>b</answer>", 0)]
    [InlineData("<think>a<answer>b</think></answer>", 0)]
    [InlineData("<think>a</think><answer>b</answer><answer>c</answer>", 0)]
    public void Format_Tags_StandOnceInOrderAndAlone(string output, double expected)
        => Assert.Equal(expected, Graders.Evaluate("format", new { format = "tags", tags = new[] { "think", "answer" } }, output).Score);

    [Theory]
    [InlineData("json", "[1]", 1)]
    [InlineData("json", "[1", 0)]
    [InlineData("json_object", "[1]", 0)]
    [InlineData("json_object", "{}", 1)]
    [InlineData("single_line", "a", 1)]
    [InlineData("single_line", "a\nb", 0)]
    [InlineData("single_line", " ", 0)]
    [InlineData("code_block", "Here:\n```py\nx = 1\n```", 1)]
    [InlineData("code_block", "x = 1", 0)]
    public void Format_AForm_IsHeldTo(string format, string output, double expected)
        => Assert.Equal(expected, Graders.Evaluate("format", new { format }, output).Score);

    [Theory]
    [InlineData("a b c a b c a b c", 3.0 / 7)]
    [InlineData("a b c d e", 1)]
    [InlineData("a b", 1)]
    public void Repetition_RunsThatComeAgain_CostTheirShare(string output, double expected)
        => Assert.Equal(expected, Graders.Evaluate("repetition", new { ngram = 3 }, output).Score!.Value, 1e-12);

    [Theory]
    [InlineData("en", "The answer to this question is that there are two of them.")]
    [InlineData("de", "Die Antwort auf diese Frage ist, dass es zwei davon gibt.")]
    [InlineData("fr", "La réponse à cette question est qu'il y en a deux dans les bois.")]
    [InlineData("es", "La respuesta a esta pregunta es que hay dos en el bosque.")]
    [InlineData("it", "La risposta a questa domanda è che ce ne sono due nel bosco.")]
    [InlineData("pt", "A resposta para esta pergunta é que há dois deles e não são meus.")]
    [InlineData("nl", "Het antwoord op deze vraag is dat er twee van zijn.")]
    [InlineData("ru", "Ответ на этот вопрос такой, что их было два.")]
    [InlineData("zh", "这个问题的答案是两个。")]
    [InlineData("ja", "この問題の答えは二つです。")]
    [InlineData("ko", "이 질문의 답은 두 개입니다.")]
    [InlineData("ar", "الجواب على هذا السؤال هو اثنان.")]
    public void Language_ASentence_IsToldFromTheOthers(string language, string output)
    {
        Assert.Equal(1, Graders.Evaluate("language", new { language }, output).Score);
        Assert.Equal(0, Graders.Evaluate("language", new { language = language == "en" ? "de" : "en" }, output).Score);
    }

    [Fact]
    public void Language_NoWords_CountsAsRight() => Assert.Equal(1, Graders.Evaluate("language", new { language = "en" }, "42").Score);
}
