using System.Text;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Sandbox;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>python</c>: a function <c>def grade(sample, item) -> float</c> in a sandbox (docs/graders.md), any finite number.</summary>
internal sealed class PythonGrader : IGrader, IDisposable
{
    public const string TypeName = "python";
    private const int LongestSource = 256 * 1024;
    private readonly PythonWorkers _workers;

    public PythonGrader(GraderFields fields, string name, GraderServices services)
    {
        Name = name;
        var source = fields.Text("source");
        if (Encoding.UTF8.GetByteCount(source) >= LongestSource)
        {
            fields.Fault("source", $"Found {Encoding.UTF8.GetByteCount(source)} bytes; expected fewer than {LongestSource}.");
        }

        // OpenAI's name for a set of packages; here the system's Python is used.
        if (fields.Has("image_tag"))
        {
            fields.Text("image_tag");
        }

        _workers = new PythonWorkers(source, services.Sandbox, services.Workers, WorkerRole.Grader);
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        if (PythonSandbox.WhyNot is { } reason)
        {
            throw new GradeException(GradeErrorKind.PythonUnavailable, reason);
        }

        var score = _workers.Use(worker => worker.Score(sample, cancellationToken), cancellationToken);
        return Grade.Scored(score, $"The function returned {score.ToString(System.Globalization.CultureInfo.InvariantCulture)}.");
    }

    public void Dispose() => _workers.Dispose();
}
