using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Judging;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Graders that ask a model, and the ways of asking it.</summary>
public sealed class JudgeTests
{
    private const string Score =
        """{"type":"score_model","name":"s","model":"judge","range":[0,10],"pass_threshold":5,"sampling_params":{"seed":1,"temperature":0,"max_completions_tokens":9,"reasoning_effort":"low"},"input":[{"role":"user","content":[{"type":"input_text","text":"Rate {{sample.output_text}} "},{"type":"input_text","text":"against {{item.answer}}"}]}]}""";

    private const string Label =
        """{"type":"label_model","name":"l","model":"judge","labels":["good","bad"],"passing_labels":["good"],"input":[{"role":"user","content":"{{sample.output_text}}"}]}""";

    [Fact]
    public void ScoreModel_Judge_IsAskedTheRenderedQuestionAndAnswersANumber()
    {
        var judge = new FakeJudge("""{"steps":[{"description":"d","conclusion":"It is close."}],"result":7}""");

        var grade = Graders.Evaluate(Score, "4", new { answer = "five" }, judge);

        Assert.Equal((7.0, true), (grade.Score, grade.Passed));
        Assert.Equal("The judge says 7. It is close.", grade.Reason);
        var request = Assert.Single(judge.Requests);
        Assert.Equal(("judge", "Rate 4 against five"), (request.Model, request.Messages[^1].Content));
        Assert.Equal(new JudgeSampling { Seed = 1, Temperature = 0, MaxTokens = 9, ReasoningEffort = "low" }, request.Sampling);
    }

    [Theory]
    [InlineData("""{"steps":[],"result":99}""", 10.0, null)]
    [InlineData("```json\n{\"result\":-3}\n```", 0.0, null)]
    [InlineData("""{"steps":[],"result":"7"}""", null, GradeErrorKind.JudgeAnswer)]
    [InlineData("Seven.", null, GradeErrorKind.JudgeAnswer)]
    [InlineData("[]", null, GradeErrorKind.JudgeAnswer)]
    public void ScoreModel_AnswerBesideTheRange_IsCutOrAnError(string answer, double? score, GradeErrorKind? error)
    {
        var grade = Graders.Evaluate(Score, "4", new { answer = "5" }, new FakeJudge(answer));

        Assert.Equal((score, error), (grade.Score, grade.Error));
    }

    [Theory]
    [InlineData("good", 1.0, null)]
    [InlineData("bad", 0.0, null)]
    [InlineData("ugly", null, GradeErrorKind.JudgeAnswer)]
    public void LabelModel_Label_IsRightWrongOrNone(string label, double? score, GradeErrorKind? error)
    {
        var grade = Graders.Evaluate(Label, "x", judge: new FakeJudge($$"""{"result":"{{label}}"}"""));

        Assert.Equal((score, error), (grade.Score, grade.Error));
    }

    [Fact]
    public void ScoreModel_WithoutAJudge_IsAnErrorWithTheWayOut()
    {
        var grade = Graders.Evaluate(Score, "4", new { answer = "5" });

        Assert.Equal(GradeErrorKind.JudgeUnreachable, grade.Error);
        Assert.Contains("No judge is set up", grade.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Retrying_PassingFailures_AreAskedAgainWithLongerPauses()
    {
        var judge = new FakeJudge("""{"result":1}""") { Failures = 2 };
        var pauses = new List<TimeSpan>();

        var grade = Graders.Evaluate(Score, "4", new { answer = "5" }, new RetryingJudge(judge, 3, TimeSpan.FromSeconds(1), (pause, _) => pauses.Add(pause)));

        Assert.Equal(1, grade.Score);
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], pauses);
    }

    [Fact]
    public void Retrying_TooManyFailuresOrARefusal_IsTheError()
    {
        var busy = new FakeJudge("") { Failures = 9 };
        var refusing = new FakeJudge("") { Failures = 9, Kind = GradeErrorKind.JudgeRefused, IsPassing = false };

        var tired = Graders.Evaluate(Score, "4", new { answer = "5" }, new RetryingJudge(busy, 3, TimeSpan.Zero, (_, _) => { }));
        var refused = Graders.Evaluate(Score, "4", new { answer = "5" }, new RetryingJudge(refusing, 3, TimeSpan.Zero, (_, _) => { }));

        Assert.Equal((3, GradeErrorKind.JudgeUnreachable), (busy.Requests.Count, tired.Error));
        Assert.EndsWith("Asked 3 times.", tired.Reason, StringComparison.Ordinal);
        Assert.Equal((1, GradeErrorKind.JudgeRefused), (refusing.Requests.Count, refused.Error));
    }

    [Fact]
    public void Budgeted_OnceSpent_IsAnErrorWithoutAQuestion()
    {
        var judge = new FakeJudge("""{"result":1}""");
        var budgeted = new BudgetedJudge(judge, mostQuestions: 5, mostTokens: 20);

        var grades = Enumerable.Range(0, 4).Select(_ => Graders.Evaluate(Score, "4", new { answer = "5" }, budgeted).Error).ToArray();

        Assert.Equal([null, null, GradeErrorKind.JudgeBudget, GradeErrorKind.JudgeBudget], grades);
        Assert.Equal((2, 20, 2), (judge.Requests.Count, budgeted.Tokens, budgeted.Questions));
    }

    [Fact]
    public void Cached_SameQuestion_IsAskedOnceAndFailuresAgain()
    {
        var judge = new FakeJudge("""{"result":1}""") { Failures = 1 };
        var cached = new CachedJudge(judge, most: 2);

        var grades = new[] { "a", "a", "a", "b", "c", "a" }.Select(output => Graders.Evaluate(Score, output, new { answer = "5" }, cached).Score).ToArray();

        Assert.Equal([null, 1, 1, 1, 1, 1], grades);
        Assert.Equal((5, 2), (judge.Requests.Count, cached.Count));
    }

    private sealed class FakeJudge(string answer) : IJudge
    {
        public List<JudgeRequest> Requests { get; } = [];

        public int Failures { get; set; }

        public GradeErrorKind Kind { get; init; } = GradeErrorKind.JudgeUnreachable;

        public bool IsPassing { get; init; } = true;

        public JudgeAnswer Ask(JudgeRequest request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            return Failures-- > 0 ? throw new JudgeException(Kind, "Busy.", IsPassing) : new JudgeAnswer(answer, 7, 3);
        }
    }
}
