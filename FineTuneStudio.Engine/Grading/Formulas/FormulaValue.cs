namespace FineTuneStudio.Engine.Grading.Formulas;

/// <summary>The value of a formula, or of a piece of one, for these scores by name.</summary>
internal delegate double FormulaValue(IReadOnlyDictionary<string, double> scores);
