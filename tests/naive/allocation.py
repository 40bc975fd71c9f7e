"""How many weights each layer may keep."""

from fractions import Fraction


def erk_densities(shapes, density):
    """d_l = min(1, eps * s_l / n_l), s_l = sum and n_l = product of the shape; sum d_l n_l fixed"""
    sums, sizes = [], []
    for shape in shapes:
        s, n = 0, 1
        for length in shape:
            s += length
            n *= length
        sums.append(s)
        sizes.append(n)
    wanted = Fraction(density) * sum(sizes)
    # what stays grows with eps, straight between the values at which a layer becomes full
    full_at = sorted(Fraction(n, s) for s, n in zip(sums, sizes, strict=True))
    low, stays_at_low, eps = Fraction(0), Fraction(0), Fraction(0)
    for high in full_at:
        stays = Fraction(0)
        for s, n in zip(sums, sizes, strict=True):
            stays += min(Fraction(n), high * s)
        if stays >= wanted:
            share = 1 if stays == stays_at_low else (wanted - stays_at_low) / (stays - stays_at_low)
            eps = low + share * (high - low)
            break
        low, stays_at_low = high, stays
    return [float(min(Fraction(1), eps * s / n)) for s, n in zip(sums, sizes, strict=True)]
