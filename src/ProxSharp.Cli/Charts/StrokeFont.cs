namespace ProxSharp.Cli.Charts;

/// <summary>
/// A small font of lines for pictures: letters, digits and signs of ASCII. A sign is written as lines through points of a grid; a point is two digits,
/// from left to right 0 to 4 and downwards 0 (top of capitals), 2 (top of small letters), 6 (base line), 8 (lowest).
/// </summary>
internal static class StrokeFont
{
    private const double UnitsOfSize = 8.4;
    private const int DigitWidth = 4;
    private const double Spacing = 1.9;
    private const string Unknown = "0040460600";

    private static readonly Dictionary<char, string> s_signs = new()
    {
        ['A'] = "062046 1434",
        ['B'] = "06003041423303 3344453606",
        ['C'] = "4130100105163645",
        ['D'] = "00062644422000",
        ['E'] = "40000646 0333",
        ['F'] = "400006 0333",
        ['G'] = "41301001051636454323",
        ['H'] = "0006 4046 0343",
        ['I'] = "0020 1016 0626",
        ['J'] = "3035260615",
        ['K'] = "0006 400346",
        ['L'] = "000646",
        ['M'] = "0600234046",
        ['N'] = "06004640",
        ['O'] = "103041453616050110",
        ['P'] = "06003041423303",
        ['Q'] = "103041453616050110 2446",
        ['R'] = "06003041423303 2346",
        ['S'] = "413010010213334445361605",
        ['T'] = "0040 2026",
        ['U'] = "000516364540",
        ['V'] = "002640",
        ['W'] = "0016223640",
        ['X'] = "0046 4006",
        ['Y'] = "002340 2326",
        ['Z'] = "00400646",
        ['a'] = "4246 4332120305163645",
        ['b'] = "0006 0312324345361605",
        ['c'] = "4332120305163645",
        ['d'] = "4046 4332120305163645",
        ['e'] = "04444332120305163645",
        ['f'] = "30201116 0222",
        ['g'] = "4247381807 4332120305163645",
        ['h'] = "0006 0312324346",
        ['i'] = "0206 0000",
        ['j'] = "121708 1010",
        ['k'] = "0006 320436",
        ['l'] = "0006",
        ['m'] = "0206 03122326 23324346",
        ['n'] = "0206 0312324346",
        ['o'] = "123243453616050312",
        ['p'] = "0208 0312324345361605",
        ['q'] = "4248 4332120305163645",
        ['r'] = "0206 041232",
        ['s'] = "3212031424352606",
        ['t'] = "10152636 0232",
        ['u'] = "0205163645 4246",
        ['v'] = "022642",
        ['w'] = "0216233642",
        ['x'] = "0236 3206",
        ['y'] = "0226 4218",
        ['z'] = "02320636",
        ['0'] = "103041453616050110",
        ['1'] = "112026 1636",
        ['2'] = "01103041420646",
        ['3'] = "01103041423313 334445361605",
        ['4'] = "36300444",
        ['5'] = "4000023243453606",
        ['6'] = "3010010516364544331304",
        ['7'] = "004016",
        ['8'] = "13020110304142331304051636454433",
        ['9'] = "1636454130100102133342",
        ['.'] = "0606",
        [','] = "1607",
        [':'] = "0303 0606",
        [';'] = "1313 1607",
        ['-'] = "0333",
        ['_'] = "0747",
        ['/'] = "0640",
        ['\\'] = "0046",
        ['('] = "10020416",
        [')'] = "00121406",
        ['['] = "10000616",
        [']'] = "00101606",
        ['%'] = "0640 0010110100 3545463635",
        ['+'] = "2125 0343",
        ['='] = "0242 0444",
        ['*'] = "2024 0143 4103",
        ['!'] = "0004 0606",
        ['?'] = "01103041422324 2626",
        ['#'] = "1016 3036 0242 0444",
        ['\''] = "0001",
        ['"'] = "0001 1011",
        ['<'] = "300336",
        ['>'] = "003306",
        ['|'] = "0007",
        ['~'] = "03122433",
        ['@'] = "34231425343330100105163646",
        ['&'] = "461110302104051644",
        ['$'] = "413010010213334445361605 2026",
        ['^'] = "012041",
    };

    /// <summary>Returns how wide a text is, in points.</summary>
    public static double Measure(string text, double size)
    {
        double units = text.Sum(Advance) - (text.Length > 0 ? Spacing : 0);
        return units * size / UnitsOfSize;
    }

    /// <summary>Draws a text.</summary>
    /// <param name="raster">Where it goes.</param>
    /// <param name="text">The text; what the font lacks is an empty box.</param>
    /// <param name="x">Its left edge in points.</param>
    /// <param name="y">Its base line in points.</param>
    /// <param name="size">The size in points, as other fonts count it.</param>
    /// <param name="colour">The colour.</param>
    /// <param name="isBold">True for thicker lines.</param>
    public static void Draw(Raster raster, string text, double x, double y, double size, Colour colour, bool isBold = false)
    {
        double unit = size / UnitsOfSize;
        foreach (char sign in text)
        {
            foreach (string stroke in Strokes(sign))
            {
                Spot[] points =
                    [.. stroke.Chunk(2).Select(point => new Spot(x + ((point[0] - '0') * unit), y + ((point[1] - '0' - 6) * unit)))];
                raster.Line(points, unit * (isBold ? 1.05 : 0.8), colour);
            }

            x += Advance(sign) * unit;
        }
    }

    private static string[] Strokes(char sign) =>
        sign == ' ' ? [] : s_signs.GetValueOrDefault(sign, Unknown).Split(' ');

    // Digits are all as wide as each other, so that columns of numbers line up.
    private static double Advance(char sign) => Spacing + (sign switch
    {
        ' ' => 1.5,
        >= '0' and <= '9' => DigitWidth,
        _ => Strokes(sign).Max(static stroke => stroke.Chunk(2).Max(static point => point[0] - '0')),
    });
}
