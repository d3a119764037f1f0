using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Application.Graders;

/// <summary>A row that a grader was tried on.</summary>
/// <param name="Line">Where it begins in its file, from 1.</param>
/// <param name="Prompt">The last user turn.</param>
/// <param name="Answer">The dataset's own answer; empty where the row has none.</param>
/// <param name="Own">The grade of that answer, which should be good; <see langword="null"/> where there is none.</param>
/// <param name="Other">The answer of another row.</param>
/// <param name="OtherGrade">The grade of that answer to this row, which should mostly be bad; <see langword="null"/> where there is none.</param>
public sealed record GraderTrial(long Line, string Prompt, string Answer, Grade? Own, string Other, Grade? OtherGrade);
