namespace ProxSharp.Cli.Charts;

/// <summary>A white sheet of dots on which smooth lines and areas are drawn. Positions and widths are in points; a point has several dots.</summary>
internal sealed class Raster
{
    private readonly double _scale;
    private readonly float[] _coverage;

    /// <summary>Makes a white sheet.</summary>
    /// <param name="width">Dots in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="scale">Dots a point.</param>
    public Raster(int width, int height, double scale)
    {
        (Width, Height, _scale) = (width, height, scale);
        Pixels = new byte[width * height * 3];
        Pixels.AsSpan().Fill(0xff);
        _coverage = new float[width * height];
    }

    /// <summary>Dots in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Red, green and blue of each dot, row by row.</summary>
    public byte[] Pixels { get; }

    /// <summary>Draws a line through points, with round ends and corners.</summary>
    public void Line(IReadOnlyList<Spot> points, double width, Colour colour)
    {
        double radius = width * _scale / 2;
        (int left, int right) = Range(points.Min(static point => point.X), points.Max(static point => point.X), radius, Width);
        (int upper, int lower) = Range(points.Min(static point => point.Y), points.Max(static point => point.Y), radius, Height);

        // What several pieces of the line cover is covered once: otherwise every corner would be darker.
        for (int i = 0; i < Math.Max(1, points.Count - 1); i++)
        {
            Cover(points[i], points[Math.Min(i + 1, points.Count - 1)], radius);
        }

        for (int y = upper; y < lower; y++)
        {
            for (int x = left; x < right; x++)
            {
                ref float coverage = ref _coverage[(y * Width) + x];
                if (coverage > 0)
                {
                    Blend(x, y, colour, coverage);
                    coverage = 0;
                }
            }
        }
    }

    /// <summary>Fills the area between a line that runs from left to right and a level below it.</summary>
    public void FillBelow(IReadOnlyList<Spot> line, double bottom, Colour colour, double opacity)
    {
        int next = 1;
        int first = (int)Math.Max(0, Math.Floor(line[0].X * _scale));
        int last = (int)Math.Min(Width, Math.Ceiling(line[^1].X * _scale));
        for (int x = first; x < last; x++)
        {
            double at = Math.Clamp((x + 0.5) / _scale, line[0].X, line[^1].X);
            while (next < line.Count - 1 && line[next].X < at)
            {
                next++;
            }

            ((double x0, double y0), (double x1, double y1)) = (line[Math.Max(0, next - 1)], line[Math.Min(next, line.Count - 1)]);
            double top = (x1 > x0 ? y0 + ((y1 - y0) * (at - x0) / (x1 - x0)) : y1) * _scale;
            for (int y = (int)Math.Max(0, Math.Floor(top)); y < Math.Min(Height, bottom * _scale); y++)
            {
                Blend(x, y, colour, opacity * Math.Clamp(y + 1 - top, 0, 1));
            }
        }
    }

    // How much of each dot lies within the line: one dot wide from the inside to the outside.
    private void Cover(Spot from, Spot to, double radius)
    {
        (double x0, double y0, double x1, double y1) = (from.X * _scale, from.Y * _scale, to.X * _scale, to.Y * _scale);
        (double dx, double dy) = (x1 - x0, y1 - y0);
        double length = (dx * dx) + (dy * dy);
        (int left, int right) = Range(Math.Min(from.X, to.X), Math.Max(from.X, to.X), radius, Width);
        (int upper, int lower) = Range(Math.Min(from.Y, to.Y), Math.Max(from.Y, to.Y), radius, Height);
        for (int y = upper; y < lower; y++)
        {
            for (int x = left; x < right; x++)
            {
                (double px, double py) = (x + 0.5 - x0, y + 0.5 - y0);
                double along = length > 0 ? Math.Clamp(((px * dx) + (py * dy)) / length, 0, 1) : 0;
                double distance = Math.Sqrt(Math.Pow(px - (along * dx), 2) + Math.Pow(py - (along * dy), 2));
                float coverage = (float)Math.Clamp(radius + 0.5 - distance, 0, 1);
                ref float known = ref _coverage[(y * Width) + x];
                known = Math.Max(known, coverage);
            }
        }
    }

    private (int From, int To) Range(double from, double to, double radius, int limit) =>
        ((int)Math.Clamp(Math.Floor((from * _scale) - radius - 1), 0, limit), (int)Math.Clamp(Math.Ceiling((to * _scale) + radius + 1), 0, limit));

    private void Blend(int x, int y, Colour colour, double opacity)
    {
        int at = ((y * Width) + x) * 3;
        Pixels[at] = Mixed(Pixels[at], colour.Red, opacity);
        Pixels[at + 1] = Mixed(Pixels[at + 1], colour.Green, opacity);
        Pixels[at + 2] = Mixed(Pixels[at + 2], colour.Blue, opacity);
    }

    private static byte Mixed(byte below, byte above, double opacity) => (byte)Math.Round(below + ((above - below) * opacity));
}
