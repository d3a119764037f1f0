namespace FineTuneStudio.Application.Runs;

/// <summary>Columns of figures that grow together, a row at a time; what has no figure in a row is NaN there, and before its column began.</summary>
/// <param name="first">Names of the columns that every row has.</param>
internal sealed class FigureColumns(IEnumerable<string> first)
{
    private const int FirstRows = 256;

    private readonly List<string> _names = [.. first];
    private float[][] _values = [];
    private int _capacity;

    public int Rows { get; private set; }

    public int Count => _names.Count;

    public IReadOnlyList<string> Names => _names;

    /// <summary>A column, from the first row to the newest.</summary>
    public ReadOnlySpan<float> this[int column] => _values.Length == 0 ? [] : _values[column].AsSpan(0, Rows);

    /// <summary>The column of a name; -1 where there is none.</summary>
    public int Find(string name) => _names.IndexOf(name);

    /// <summary>Adds a row.</summary>
    /// <param name="figures">Of the first columns; the others have none until <see cref="Set"/> gives it.</param>
    public void Add(ReadOnlySpan<float> figures)
    {
        if (Rows == _capacity)
        {
            Grow();
        }

        for (var column = 0; column < _values.Length; column++)
        {
            _values[column][Rows] = column < figures.Length ? figures[column] : float.NaN;
        }

        Rows++;
    }

    /// <summary>Gives the newest row a figure by its name; the first of a name begins its column.</summary>
    /// <param name="name">The column.</param>
    /// <param name="figure">Its figure.</param>
    /// <param name="likely">Where the column probably is: rows name their figures in the same order.</param>
    /// <returns>Where it is.</returns>
    public int Set(string name, float figure, int likely)
    {
        var column = likely < Count && _names[likely] == name ? likely : Find(name);
        if (column < 0)
        {
            column = Count;
            _names.Add(name);
            var values = new float[_capacity];
            values.AsSpan(0, Rows).Fill(float.NaN);
            _values = [.. _values, values];
        }

        _values[column][Rows - 1] = figure;
        return column;
    }

    /// <summary>Forgets what comes after so many rows.</summary>
    public void Keep(int rows) => Rows = rows;

    private void Grow()
    {
        _capacity = Math.Max(FirstRows, 2 * _capacity);
        if (_values.Length == 0)
        {
            _values = new float[Count][];
        }

        foreach (ref var column in _values.AsSpan())
        {
            Array.Resize(ref column, _capacity);
        }
    }
}
