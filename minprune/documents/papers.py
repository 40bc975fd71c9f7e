"""The papers that the docstrings cite, by first author and year."""

import re

PAPERS = {
    ("Bengio", 2013): "Y. Bengio, N. Léonard, A. Courville. Estimating or Propagating Gradients "
    "Through Stochastic Neurons for Conditional Computation. arXiv 1308.3432",
    ("Blalock", 2020): "D. Blalock, J. J. Gonzalez Ortiz, J. Frankle, J. Guttag. What is the State "
    "of Neural Network Pruning? MLSys",
    ("Bridle", 1990): "J. S. Bridle. Probabilistic Interpretation of Feedforward Classification "
    "Network Outputs. In Neurocomputing, Springer",
    ("Daubechies", 2004): "I. Daubechies, M. Defrise, C. De Mol. An iterative thresholding "
    "algorithm for linear inverse problems with a sparsity constraint. Communications on Pure and "
    "Applied Mathematics 57",
    ("Deutsch", 1996): "P. Deutsch. DEFLATE Compressed Data Format Specification. RFC 1951",
    ("Dietterich", 1998): "T. G. Dietterich. Approximate Statistical Tests for Comparing "
    "Supervised Classification Learning Algorithms. Neural Computation 10",
    ("Duff", 1986): "I. S. Duff, A. M. Erisman, J. K. Reid. Direct Methods for Sparse Matrices. "
    "Oxford University Press",
    ("Eckart", 1936): "C. Eckart, G. Young. The approximation of one matrix by another of lower "
    "rank. Psychometrika 1",
    ("Evci", 2020): "U. Evci, T. Gale, J. Menick, P. S. Castro, E. Elsen. Rigging the Lottery: "
    "Making All Tickets Winners. ICML",
    ("Frankle", 2019): "J. Frankle, M. Carbin. The Lottery Ticket Hypothesis: Finding Sparse, "
    "Trainable Neural Networks. ICLR",
    ("Gale", 2019): "T. Gale, E. Elsen, S. Hooker. The State of Sparsity in Deep Neural Networks. "
    "arXiv 1902.09574",
    ("Gao", 2019): "X. Gao, Y. Zhao, L. Dudziak, R. Mullins, C. Xu. Dynamic Channel Pruning: "
    "Feature Boosting and Suppression. ICLR",
    ("Glorot", 2010): "X. Glorot, Y. Bengio. Understanding the difficulty of training deep "
    "feedforward neural networks. AISTATS",
    ("Goyal", 2017): "P. Goyal, P. Dollár, R. Girshick, P. Noordhuis, L. Wesolowski, A. Kyrola, A. "
    "Tulloch, Y. Jia, K. He. Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour. arXiv "
    "1706.02677",
    ("Goto", 2008): "K. Goto, R. A. van de Geijn. Anatomy of High-Performance Matrix "
    "Multiplication. ACM Transactions on Mathematical Software 34(3)",
    ("Guo", 2016): "Y. Guo, A. Yao, Y. Chen. Dynamic Network Surgery for Efficient DNNs. NIPS 29",
    ("Han", 2015): "S. Han, J. Pool, J. Tran, W. J. Dally. Learning both Weights and Connections "
    "for Efficient Neural Network. NIPS 28",
    ("Hansen", 1990): "L. K. Hansen, P. Salamon. Neural Network Ensembles. IEEE Transactions on "
    "Pattern Analysis and Machine Intelligence 12",
    ("Hassibi", 1993): "B. Hassibi, D. G. Stork. Second order derivatives for network pruning: "
    "Optimal Brain Surgeon. NIPS 5",
    ("He", 2015): "K. He, X. Zhang, S. Ren, J. Sun. Delving Deep into Rectifiers. ICCV",
    ("He", 2019): "Y. He, P. Liu, Z. Wang, Z. Hu, Y. Yang. Filter Pruning via Geometric Median for "
    "Deep Convolutional Neural Networks Acceleration. CVPR",
    ("He", 2018): "Y. He, J. Lin, Z. Liu, H. Wang, L.-J. Li, S. Han. AMC: AutoML for Model "
    "Compression and Acceleration on Mobile Devices. ECCV",
    ("Hinton", 2015): "G. Hinton, O. Vinyals, J. Dean. Distilling the Knowledge in a Neural "
    "Network. arXiv 1503.02531",
    ("Hoerl", 1970): "A. E. Hoerl, R. W. Kennard. Ridge Regression: Biased Estimation for "
    "Nonorthogonal Problems. Technometrics 12",
    ("Hu", 2016): "H. Hu, R. Peng, Y.-W. Tai, C.-K. Tang. Network Trimming: A Data-Driven Neuron "
    "Pruning Approach towards Efficient Deep Architectures. arXiv 1607.03250",
    ("Hubara", 2016): "I. Hubara, M. Courbariaux, D. Soudry, R. El-Yaniv, Y. Bengio. Binarized "
    "Neural Networks. NIPS 29",
    ("Im", 2004): "E.-J. Im, K. Yelick, R. Vuduc. Sparsity: Optimization Framework for Sparse "
    "Matrix Kernels. International Journal of High Performance Computing Applications 18",
    (
        "Ioffe",
        2015,
    ): "S. Ioffe, C. Szegedy. Batch Normalization: Accelerating Deep Network Training "
    "by Reducing Internal Covariate Shift. ICML",
    ("Jacob", 2018): "B. Jacob and others. Quantization and Training of Neural Networks for "
    "Efficient Integer-Arithmetic-Only Inference. CVPR",
    ("Jiang", 2019): "Y. Jiang and others. Model Pruning Enables Efficient Federated Learning on "
    "Edge Devices. arXiv 1909.12326",
    ("Kingma", 2015): "D. P. Kingma, J. Ba. Adam: A Method for Stochastic Optimization. ICLR",
    ("Kohavi", 1998): "R. Kohavi, F. Provost. Glossary of Terms. Machine Learning 30",
    ("Koren", 2009): "Y. Koren, R. Bell, C. Volinsky. Matrix Factorization Techniques for "
    "Recommender Systems. IEEE Computer 42",
    ("Kreutzer", 2014): "M. Kreutzer, G. Hager, G. Wellein, H. Fehske, A. R. Bishop. A Unified "
    "Sparse Matrix Data Format for Efficient General Sparse Matrix-Vector Multiplication on Modern "
    "Processors with Wide SIMD Units. SIAM Journal on Scientific Computing 36(5)",
    ("LeCun", 1989): "Y. LeCun and others. Backpropagation Applied to Handwritten Zip Code "
    "Recognition. Neural Computation 1",
    ("LeCun", 1990): "Y. LeCun, J. S. Denker, S. A. Solla. Optimal Brain Damage. NIPS 2",
    ("LeCun", 1998): "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-based learning applied "
    "to document recognition. Proceedings of the IEEE 86",
    ("Lee", 2019): "N. Lee, T. Ajanthan, P. H. S. Torr. SNIP: Single-shot Network Pruning based on "
    "Connection Sensitivity. ICLR",
    ("Li", 2017): "H. Li, A. Kadav, I. Durdanovic, H. Samet, H. P. Graf. Pruning Filters for "
    "Efficient ConvNets. ICLR",
    ("Liu", 2017): "Z. Liu, J. Li, Z. Shen, G. Huang, S. Yan, C. Zhang. Learning Efficient "
    "Convolutional Networks through Network Slimming. ICCV",
    ("Loshchilov", 2017): "I. Loshchilov, F. Hutter. SGDR: Stochastic Gradient Descent with Warm "
    "Restarts. ICLR",
    ("Loshchilov", 2019): "I. Loshchilov, F. Hutter. Decoupled Weight Decay Regularization. ICLR",
    ("Luo", 2017): "J.-H. Luo, J. Wu. An Entropy-based Pruning Method for CNN Compression. "
    "arXiv 1706.05791",
    ("Maas", 2013): "A. L. Maas, A. Y. Hannun, A. Y. Ng. Rectifier Nonlinearities Improve Neural "
    "Network Acoustic Models. ICML Workshop on Deep Learning for Audio, Speech and Language "
    "Processing",
    ("Mao", 2017): "H. Mao and others. Exploring the Regularity of Sparse Structure in "
    "Convolutional Neural Networks. arXiv 1705.08922",
    ("McCulloch", 1943): "W. S. McCulloch, W. Pitts. A logical calculus of the ideas immanent in "
    "nervous activity. Bulletin of Mathematical Biophysics 5",
    ("McNemar", 1947): "Q. McNemar. Note on the sampling error of the difference between "
    "correlated proportions or percentages. Psychometrika 12",
    ("Micikevicius", 2018): "P. Micikevicius and others. Mixed Precision Training. ICLR",
    ("Miller", 1955): "G. A. Miller, P. E. Nicely. An Analysis of Perceptual Confusions Among Some "
    "English Consonants. Journal of the Acoustical Society of America 27",
    ("Mishra", 2021): "A. Mishra and others. Accelerating Sparse Deep Neural Networks. "
    "arXiv 2104.08378",
    ("Mocanu", 2018): "D. C. Mocanu, E. Mocanu, P. Stone, P. H. Nguyen, M. Gibescu, A. Liotta. "
    "Scalable training of artificial neural networks with adaptive sparse connectivity inspired by "
    "network science. Nature Communications 9",
    ("Molchanov", 2017): "P. Molchanov, S. Tyree, T. Karras, T. Aila, J. Kautz. Pruning "
    "Convolutional Neural Networks for Resource Efficient Inference. ICLR",
    ("Molchanov", 2019): "P. Molchanov, A. Mallya, S. Tyree, I. Frosio, J. Kautz. Importance "
    "Estimation for Neural Network Pruning. CVPR",
    ("Mozer", 1989): "M. C. Mozer, P. Smolensky. Skeletonization: A Technique for Trimming the Fat "
    "from a Network via Relevance Assessment. NIPS 1",
    ("Nair", 2010): "V. Nair, G. E. Hinton. Rectified Linear Units Improve Restricted Boltzmann "
    "Machines. ICML",
    ("Narang", 2017): "S. Narang, E. Undersander, G. Diamos. Block-Sparse Recurrent Neural "
    "Networks. arXiv 1711.02782",
    ("Parikh", 2014): "N. Parikh, S. Boyd. Proximal Algorithms. Foundations and Trends in "
    "Optimization 1",
    ("Polyak", 1964): "B. T. Polyak. Some methods of speeding up the convergence of iteration "
    "methods. USSR Computational Mathematics and Mathematical Physics 4",
    ("Renda", 2020): "A. Renda, J. Frankle, M. Carbin. Comparing Rewinding and Fine-tuning in "
    "Neural Network Pruning. ICLR",
    ("Sanh", 2020): "V. Sanh, T. Wolf, A. M. Rush. Movement Pruning: Adaptive Sparsity by "
    "Fine-Tuning. NeurIPS 33",
    ("Scardapane", 2017): "S. Scardapane, D. Comminiello, A. Hussain, A. Uncini. Group sparse "
    "regularization for deep neural networks. Neurocomputing 241",
    ("Simon", 2013): "N. Simon, J. Friedman, T. Hastie, R. Tibshirani. A Sparse-Group Lasso. "
    "Journal of Computational and Graphical Statistics 22",
    ("Simonyan", 2015): "K. Simonyan, A. Zisserman. Very Deep Convolutional Networks for "
    "Large-Scale Image Recognition. ICLR",
    (
        "Srivastava",
        2014,
    ): "N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov. "
    "Dropout: A Simple Way to Prevent Neural Networks from Overfitting. JMLR 15",
    ("Student", 1908): "Student (W. S. Gosset). The Probable Error of a Mean. Biometrika 6",
    ("Szegedy", 2016): "C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna. Rethinking the "
    "Inception Architecture for Computer Vision. CVPR",
    ("Tanaka", 2020): "H. Tanaka, D. Kunin, D. L. K. Yamins, S. Ganguli. Pruning neural networks "
    "without any data by iteratively conserving synaptic flow. NeurIPS 33",
    ("Tibshirani", 1996): "R. Tibshirani. Regression Shrinkage and Selection via the Lasso. "
    "Journal of the Royal Statistical Society B 58",
    ("Wen", 2016): "W. Wen, C. Wu, Y. Wang, Y. Chen, H. Li. Learning Structured Sparsity in Deep "
    "Neural Networks. NIPS 29",
    ("Yuan", 2006): "M. Yuan, Y. Lin. Model selection and estimation in regression with grouped "
    "variables. Journal of the Royal Statistical Society B 68",
    ("Zhou", 2008): "Y. Zhou, D. Wilkinson, R. Schreiber, R. Pan. Large-Scale Parallel "
    "Collaborative Filtering for the Netflix Prize. AAIM",
    ("Zhu", 2017): "M. Zhu, S. Gupta. To prune, or not to prune: exploring the efficacy of pruning "
    "for model compression. arXiv 1710.01878",
}


def papers_in(text):
    """The papers that a text cites as "Name ... year", each as one line.

    >>> papers_in("as Han, Pool, Tran and Dally 2015 do")[0][:30]
    'Han 2015: S. Han, J. Pool, J. '
    """
    text = " ".join(text.split())
    return [
        f"{author} {year}: {paper}."
        for (author, year), paper in PAPERS.items()
        if author in text and re.search(rf"\b{author}\b[^\d;]{{0,60}}\b{year}\b", text)
    ]
